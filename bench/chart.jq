# SPDX-License-Identifier: GPL-2.0
# jq -r -f chart.jq RESULT: the JSON file as a bar chart, in SVG.
#
# Per row MiniVMX's cost as a share of kvm_intel's, which is the same width in
# all rows; a line marks the goal.

def text($x; $y; $anchor): "<text x=\"\($x)\" y=\"\($y)\" text-anchor=\"\($anchor)\">\(.)</text>";

def bar($x; $y; $width; $colour):
	"<rect x=\"\($x)\" y=\"\($y)\" width=\"\($width)\" height=\"9\" fill=\"\($colour)\"/>";

def share: .minivmx.min / .kvm.min;

def percent: share * 100 | round | if . == 0 then "< 1 %" else "\(.) %" end;

250 as $left | 400 as $full | 34 as $step
| [.[] | select(.off.kvm and .off.minivmx and .default.kvm and .default.minivmx)]
| (length * $step + 70) as $height
| "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"820\" height=\"\($height)\" font-family=\"sans-serif\" font-size=\"12\">",
  "<!-- SPDX-License-Identifier: GPL-2.0 -->",
  "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>",
  ("MiniVMX's cost as a share of kvm_intel's (100 % is the grey line; the red mark is the goal)" | text(10; 20; "start")),
  bar($left; 30; 12; "#2a6fb0"), ("mitigations=off" | text($left + 18; 39; "start")),
  bar($left + 140; 30; 12; "#9dc3e6"), ("default" | text($left + 158; 39; "start")),
  "<line x1=\"\($left + $full)\" y1=\"48\" x2=\"\($left + $full)\" y2=\"\($height - 15)\" stroke=\"#999\"/>",
  (to_entries[] | (.key * $step + 52) as $y | .value
   | (.row | text($left - 8; $y + 14; "end")),
     (.off | bar($left; $y; ([share, 1.3] | min) * $full | round; "#2a6fb0")),
     (.default | bar($left; $y + 10; ([share, 1.3] | min) * $full | round; "#9dc3e6")),
     ("\(.off | percent) / \(.default | percent)"
      | text(815; $y + 14; "end")),
     (if .goal then (.goal * $full + $left | round)
      | "<line x1=\"\(.)\" y1=\"\($y - 3)\" x2=\"\(.)\" y2=\"\($y + 22)\" stroke=\"#c00\" stroke-width=\"2\"/>"
      else empty end)),
  "</svg>"

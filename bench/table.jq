# SPDX-License-Identifier: GPL-2.0
# jq -r -f table.jq RESULT: the JSON file as a table in Markdown.

def number: if . == null then "absent" else .min | tostring end;

def share: if .kvm == null or .minivmx == null then ""
	else .minivmx.min / .kvm.min * 100 | round
		| if . == 0 then "< 1 %" else "\(.) %" end end;

def goal: if .goal == null then "" else "\(.goal * 100 | round) %" end;

"| row | kvm | minivmx | share | kvm | minivmx | share | goal |",
"| --- | --: | --: | --: | --: | --: | --: | --: |",
(.[] | [.row + (if .unit == "ticks" then "" else ", " + .unit end),
	(.off | (.kvm | number), (.minivmx | number), share),
	(.default | (.kvm | number), (.minivmx | number), share),
	goal] | "| " + join(" | ") + " |")

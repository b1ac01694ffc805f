# SPDX-License-Identifier: GPL-2.0
# jq -Rrn --rawfile goals FILE -f json.jq RAW
#
# From what the program printed, each line with its configuration in front, to
# the JSON file: an array, one row per line.

def table: split("\n") | map(select(. != "" and (startswith("#") | not)) | split("\t"));

def figures: if .[4] == "absent" then null
	else { min: (.[4] | tonumber), median: (.[5] | tonumber) } end;

($goals | table | map({ key: .[0], value: (.[1] | tonumber) }) | from_entries) as $goal
| [inputs | split("\t")]
| reduce .[] as $line ([];
	($line[1]) as $name
	| if any(.[]; .row == $name) then .
	  else . + [{ row: $name, unit: $line[3], goal: $goal[$name] }] end
	| map(if .row == $name then .[$line[0]][$line[2]] = ($line | figures)
	      else . end))
| "[\n" + (map(tojson) | join(",\n")) + "\n]"

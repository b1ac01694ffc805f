# SPDX-License-Identifier: GPL-2.0
# awk -f counts.awk ROWS TRACE: a Markdown table of counts per row and device.
#
# "weighted" is the sum of the counts, each times the cycles that such an
# instruction takes on hardware, and one cycle for two of all the others;
# docs/performance.md says where the weights come from.

FILENAME == ARGV[1] {
	split($0, field, "\t")
	row[FNR] = field[1]
	device[FNR] = field[2]
	rows = FNR
	next
}
$1 == "row" { current = $2; next }
$1 == "count" {
	what = $2
	for (i = 3; i < NF; i++)
		what = what " " $i
	count[current, what] = $NF
}

function cell(number, what) {
	return count[number, what] + 0
}

function weighted(number,    what, special, sum) {
	for (what in weight) {
		special += cell(number, what)
		sum += cell(number, what) * weight[what]
	}
	return sum + (cell(number, "instructions") - special) / 2
}

BEGIN {
	split("entry 1200 vmread 27 vmwrite 27 rdmsr 100 wrmsr 100 atomic 20 " \
	      "xsave 100 xrstor 100", list, " ")
	for (i = 1; i in list; i += 2)
		weight[list[i]] = list[i + 1]
}

END {
	columns = split("instructions,vmread,vmwrite,rdmsr,wrmsr,atomic,cr read,cr write,xsave,xrstor,swapgs,lgdt", title, ",")
	printf "| row | device |"
	for (c = 1; c <= columns; c++)
		printf " %s |", title[c]
	printf " weighted |\n| --- | --- |"
	for (c = 0; c <= columns; c++)
		printf " --: |"
	print ""
	for (r = 1; r <= rows; r++) {
		if (!cell(r, "instructions"))
			continue
		printf "| %s | %s |", row[r], device[r]
		for (c = 1; c <= columns; c++)
			printf " %d |", cell(r, title[c])
		printf " %d |\n", weighted(r)
	}
}

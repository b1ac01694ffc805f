# SPDX-License-Identifier: GPL-2.0
# awk -f profile.awk ROWS SYMBOLS TRACE
#
# Instructions by function, most first, for each row and device. Addresses are
# compared as strings: all are 16 lower-case digits of base 16.

function padded(address) {
	return substr("0000000000000000" address, length(address) + 1)
}

# The last symbol at or below the address.
function function_at(address,    low, high, middle) {
	low = 0
	high = symbols
	while (low + 1 < high) {
		middle = int((low + high) / 2)
		if (start[middle] <= address)
			low = middle
		else
			high = middle
	}
	return address < "8" ? "user mode or guest" : name[low]
}

function show(    command, f) {
	if (!title)
		return
	printf "%s: %d\n", title, total
	command = "sort -k1,1nr -k2"
	for (f in sum)
		printf "%6d  %s\n", sum[f], f | command
	close(command)
	split("", sum)
	title = ""
}

FILENAME == ARGV[1] { row[FNR] = $1 ", " $2; next }
FILENAME == ARGV[2] {
	split($0, word, /[ \t]+/)
	start[symbols] = word[1]
	name[symbols++] = word[3] (word[4] ? " " word[4] : "")
	next
}
{ split($0, word, " ") }
word[1] == "row" { show(); title = row[word[2]]; total = 0 }
word[1] == "at" {
	sum[function_at(padded(word[2]))] += word[3]
	total += word[3]
}
END { show() }

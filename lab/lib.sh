# SPDX-License-Identifier: GPL-2.0
#
# What lab/setup and lab/run share: where things are, how to speak to the user.
# Sourced, not run.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
labdir=$top/build/lab

# Exit statuses of lab/run beyond COMMAND's own; see lab/README.md.
readonly STATUS_REPORT=120 STATUS_POWER_ON=121 STATUS_PC_DIED=122
readonly STATUS_MODULE=123 STATUS_TIMEOUT=124 STATUS_LAB=125

say()
{
	printf 'lab: %s\n' "$*" >&2
}

# Print every argument as one line of an error, then give up.
die()
{
	printf 'lab: %s\n' "$@" >&2
	exit "$STATUS_LAB"
}

known_kernel()
{
	case $1 in
	stock|6.12|debug) ;;
	*) die "unknown kernel '$1': choose stock, 6.12 or debug" ;;
	esac
}

# pack_cpio DIR FILE: an uncompressed initramfs, everything owned by root
pack_cpio()
{
	(cd "$1" && find . -mindepth 1 -print0 |
		cpio --null -o -H newc -R 0:0 --quiet) >"$2.new"
	mv "$2.new" "$2"
}

# The fast Bochs that lab/setup builds, or Debian's binary?
is_fast()
{
	[ "$(cat "$labdir/bochs/flavour")" = fast ]
}

# one_at_a_time NAME COMMAND...: other setups wait meanwhile, if they need the
# same part.
one_at_a_time()
{
	local part=$1 lock

	shift
	exec {lock}>"$labdir/$part.lock"
	if ! flock -n "$lock"; then
		say "another lab/setup is busy with $part; waiting for it"
		flock "$lock"
	fi
	"$@"
	exec {lock}>&-
}


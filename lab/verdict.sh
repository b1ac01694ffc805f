# SPDX-License-Identifier: GPL-2.0
#
# What became of the run: read the console, the control lines and the logs.
# Sourced by lab/run.

# How a fault report of the kernel begins, after the time stamp.
report_pattern='^\[ *[0-9]+\.[0-9]+\](\[ *[CT][0-9]+\])? *('
report_pattern+='WARNING:|BUG:|INFO: (task|possible|trying|suspicious|rcu)'
report_pattern+='|watchdog: BUG|rcu: INFO: .*(stall|detected)|Kernel panic'
report_pattern+='|kernel BUG at|Oops|general protection fault|traps: PANIC'
report_pattern+='|invalid opcode:|divide error:|double fault|stack segment:'
report_pattern+='|UBSAN:|KASAN:|KCSAN:|unchecked MSR access|ODEBUG:'
report_pattern+='|kmemleak: [0-9]+ new|refcount_t:|list_(add|del) corruption'
report_pattern+='|irq [0-9]+: nobody cared|=+ *\[ (BUG|INFO|WARNING):)'

show_file_part()
{
	local title=$1

	echo "lab: --- $title" >&2
	sed 's/\r$//; s/^/  /' >&2
}

# From the first report on, with the line before it ("cut here").
show_report()
{
	local first

	first=$(grep -m 1 -nE "$report_pattern" "$work/console" | cut -d: -f1)
	sed -n "$((first > 1 ? first - 1 : 1)),$((first + 80))p" "$work/console" |
		show_file_part "the PC's console"
}

# What Bochs says about failed entries and about its own end, which logs where
# the PC was; switching the PC off is an end as well, but not worth telling.
show_bochs_log()
{
	local lines

	lines=$(sed '/PANIC.*Shutdown port/,$d' "$work/bochs.log" |
		grep -aE '^[0-9]+p|RIP=|VMFAIL|VMENTER FAIL|VMABORT' |
		tail -n 20) || true
	[ -z "$lines" ] || show_file_part "Bochs's log" <<<"$lines"
}

show_failure()
{
	say "$1"
	tail -n 25 "$work/console" | show_file_part "the end of the PC's console"
	show_bochs_log
}

give_verdict()
{
	local status

	[ -z "$interrupted" ] || exit "$interrupted"
	if grep -qE "$report_pattern" "$work/console"; then
		say "the PC's kernel reported a fault"
		show_report
		show_bochs_log
		exit "$STATUS_REPORT"
	fi
	status=$(sed -nE 's/^exit ([0-9]+)$/\1/p' "$work/control")
	[ -z "$status" ] || exit "$status"
	if grep '^module ' "$work/control" >&2; then
		show_failure "a module did not load"
		exit "$STATUS_MODULE"
	fi
	case $emulator_status in
	124|137)
		show_failure "out of time after $seconds seconds (--timeout)"
		exit "$STATUS_TIMEOUT" ;;
	esac
	if ! grep -q '^up$' "$work/control"; then
		show_failure "the PC did not come up"
		tail -n 5 "$work/bochs.err" | show_file_part "Bochs's last words"
		exit "$STATUS_POWER_ON"
	fi
	show_failure "the PC died before the command ended: $(grep -v '^up$' \
		"$work/control" || true)"
	exit "$STATUS_PC_DIED"
}

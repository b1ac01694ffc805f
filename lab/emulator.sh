# SPDX-License-Identifier: GPL-2.0
#
# Bochs: its configuration, the medium it boots, starting and stopping it.
# Sourced by lab/run.

# The PC's clock is the count of instructions; this many make a second of it.
# Linux is told the same number as the TSC's frequency, for the CPU model's own
# (some GHz) would make its seconds 35 times as long as those of the timers.
readonly TICKS_PER_SECOND=100000000

# What every run's kernel is told:
# - warnings and worse go to the console, where the verdict looks for them
# - an oops ends the PC at once, by a triple fault, which ends Bochs
# - no KASLR, so that addresses compare from run to run
# - intel_uncore warns about the CPU model's lack of uncore counters with SMP
# - the rest is speed
kernel_parameters()
{
	local more=

	# Bochs 2.7 gives XSAVE's area another size than CPUID
	is_fast || more=' noxsave'
	echo "console=ttyS0,115200 loglevel=5 oops=panic panic=-1 reboot=t" \
		"nokaslr tsc_early_khz=$((TICKS_PER_SECOND / 1000))" \
		"initcall_blacklist=intel_uncore_init,jent_mod_init" \
		"cryptomgr.notests rcupdate.rcu_expedited=1$more$cmdline"
}

write_iso()
{
	local iso=$work/iso

	mkdir "$iso"
	cp -L "$labdir/$kernel/vmlinuz" "$iso/vmlinuz"
	cat "$labdir/root.cpio" "$work/run.cpio" >"$iso/initrd"
	cp /usr/lib/ISOLINUX/isolinux.bin \
		/usr/lib/syslinux/modules/bios/ldlinux.c32 "$iso/"
	cat >"$iso/isolinux.cfg" <<-EOF
	default lab
	label lab
	kernel vmlinuz
	append initrd=initrd $(kernel_parameters)
	EOF
	xorriso -as mkisofs -quiet -o "$work/boot.iso" -b isolinux.bin \
		-no-emul-boot -boot-load-size 4 -boot-info-table "$iso" \
		2>"$work/xorriso.log" || die "$(cat "$work/xorriso.log")"
	rm -rf "$iso"
}

# Debian's has no display without a window but rfb, which waits for a viewer
# unless told not to, and a sound driver that crashes without a sound card.
display_and_sound()
{
	if is_fast; then
		echo 'display_library: nogui'
	else
		echo 'display_library: rfb, options="timeout=0"'
		echo 'sound: driver=dummy'
	fi
}

write_bochsrc()
{
	write_iso
	cat >"$work/bochsrc" <<-EOF
	$(display_and_sound)
	memory: guest=$mem, host=$mem
	cpu: model=$model, count=$cpus, ips=$TICKS_PER_SECOND, reset_on_triple_fault=0, msrs="$top/lab/bochs.msrs"
	romimage: file=/usr/share/bochs/BIOS-bochs-latest
	vgaromimage: file=/usr/share/vgabios/vgabios.bin
	ata0-master: type=cdrom, path=$work/boot.iso, status=inserted
	boot: cdrom
	clock: sync=none, time0=utc
	log: $work/bochs.log
	panic: action=fatal
	error: action=report
	info: action=report
	debug: action=ignore
	com1: enabled=1, mode=file, dev=$work/console
	com2: $([ -n "$interactive" ] && echo enabled=1, mode=term, dev=/dev/tty || echo enabled=0)
	com3: enabled=1, mode=file, dev=$work/control
	port_e9_hack: enabled=1
	EOF
	# only the debugger asks for commands: tell it to continue
	echo c >"$work/debugger-commands"
}

# Bochs's standard output is its banner, then what the PC writes to port 0xe9.
show_stream()
{
	local line

	while IFS= read -r line; do
		[ "$line" != '=== output of the PC ===' ] || break
	done
	if is_fast; then
		exec cat
	fi
	# the debugger's last word: the instruction that switched the PC off
	LC_ALL=C exec sed -u '/^(0)\.\[[0-9]*\] \[0x.*: out dx, al/d'
}

emulator=
run_emulator()
{
	local arguments=(-q -f "$work/bochsrc") reader

	is_fast || arguments+=(-rc "$work/debugger-commands")
	: >"$work/console"
	: >"$work/control"
	mkfifo "$work/stream"
	show_stream <"$work/stream" &
	reader=$!
	# --foreground: an interactive run needs the terminal; SIGINT: Bochs then
	# logs where the PC was
	timeout --foreground -s INT -k 5 "$seconds" "$labdir/bochs/bochs" \
		"${arguments[@]}" >"$work/stream" 2>"$work/bochs.err" <&0 &
	emulator=$!
	wait_for_process "$emulator"
	emulator_status=$process_status
	emulator=
	wait_for_process "$reader"
}

# A trapped signal ends "wait" early; the trap itself stops the emulator.
wait_for_process()
{
	process_status=0
	while :; do
		wait "$1" && process_status=0 || process_status=$?
		kill -0 "$1" 2>/dev/null || break
	done
}

stop_emulator()
{
	[ -z "$emulator" ] || kill -INT "$emulator" 2>/dev/null || true
}

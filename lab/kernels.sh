# SPDX-License-Identifier: GPL-2.0
#
# The PC's kernels. Each leaves in build/lab/<kernel>/:
#   vmlinuz   what boots
#   release   its "uname -r"
#   kdir      for "make -C kdir M=...": headers and Kbuild
#   modules/  irqbypass.ko, kvm.ko, kvm-intel.ko, uncompressed
# Sourced by lab/setup.

# Run a command with its output in a log, and show that it is alive.
with_progress()
{
	local what=$1 log=$2 pid

	shift 2
	"$@" >"$log" 2>&1 </dev/null &
	pid=$!
	printf 'lab: %s ' "$what" >&2
	while kill -0 "$pid" 2>/dev/null; do
		sleep 1
		[ $((SECONDS % 5)) -ne 0 ] || printf . >&2
	done
	if wait "$pid"; then
		echo ' done' >&2
		return 0
	fi
	echo ' failed' >&2
	tail -n 15 "$log" >&2
	return 1
}

# The newest kernel of the PC whose image and headers the mirror both has.
# $1: extended regular expression for its release
newest_release()
{
	local names release

	names=$(private_apt_command apt-cache pkgnames linux-)
	for release in $(sed -nE "s/^linux-headers-($1)\$/\1/p" <<<"$names" |
			sort -rV); do
		if grep -qx "linux-image-$release\(-unsigned\)\?" <<<"$names"; then
			echo "$release"
			return
		fi
	done
	die "the mirror has no kernel that matches '$1'"
}

# setup_debian_kernel NAME REGEX: unpack a cloud kernel and its headers.
# Nothing is installed: the machine's own kernels are none of our business.
setup_debian_kernel()
{
	local dir=$labdir/$1 release image headers

	private_apt_update
	release=$(newest_release "$2")
	image=linux-image-$release
	private_apt_command apt-cache show "$image" >/dev/null 2>&1 ||
		image=$image-unsigned
	headers=$(private_apt_command apt-cache depends \
		"linux-headers-$release" |
		sed -nE 's/^ *Depends: (linux-(headers|kbuild)-.*)$/\1/p')
	rm -rf "$dir"
	download_and_unpack "$dir/root" "$image" "linux-headers-$release" \
		$headers

	# the flavour's Makefile includes the common one by its installed path
	sed -i 's|include /usr/src/|include $(dir $(lastword $(MAKEFILE_LIST)))../|' \
		"$dir/root/usr/src/linux-headers-$release/Makefile"
	ln -s "root/usr/src/linux-headers-$release" "$dir/kdir"
	ln -s "root/boot/vmlinuz-$release" "$dir/vmlinuz"
	keep_modules "$dir/root/lib/modules/$release/kernel" "$dir/modules"
	rm -rf "$dir/root/lib/modules"
	echo "$release" >"$dir/release"
}

# Of hundreds of modules the lab needs KVM's.
keep_modules()
{
	local from=$1 to=$2 name file

	mkdir -p "$to"
	for name in irqbypass kvm kvm-intel; do
		file=$(find "$from" -name "$name.ko*" | head -n 1)
		case $file in
		*.ko) cp "$file" "$to/" ;;
		*.ko.xz) xz -dc "$file" >"$to/$name.ko" ;;
		*) die "the kernel package has no module $name" ;;
		esac
	done
}

kernel_is_ready()
{
	[ -e "$labdir/$1/ready" ] || return
	[ "$1" != debug ] || cmp -s "$top/lab/debug.config" "$labdir/debug/config"
}

setup_kernel_stock()
{
	setup_debian_kernel stock '6\.1\.[0-9]+-[0-9]+-cloud-amd64'
}

setup_kernel_6_12()
{
	setup_debian_kernel 6.12 '6\.12\.[0-9]+\+deb12-cloud-amd64'
}

# Debian's kernel source: the debug kernel, kselftest's headers and checkpatch
# come from it. The machine's own package is taken if it is there.
setup_source()
{
	local name=linux-source-6.1.tar.xz

	[ ! -e "$labdir/$name" ] || return 0
	if [ -e "/usr/src/$name" ]; then
		ln -sfn "/usr/src/$name" "$labdir/$name"
		return
	fi
	private_apt_update
	download_and_unpack "$labdir/source.new" linux-source-6.1
	mv "$labdir/source.new/usr/src/$name" "$labdir/$name"
	rm -rf "$labdir/source.new"
}

unpack_source()
{
	local dir=$1 tarball=$labdir/linux-source-6.1.tar.xz

	one_at_a_time source setup_source
	with_progress "unpacking the kernel's source" "$dir/unpack.log" \
		tar -xJf "$tarball" -C "$dir" --exclude='*/Documentation/*.rst' \
		--exclude='*/drivers/gpu/*.[ch]' ||
		die "unpacking $tarball failed"
	mv "$dir/linux-source-6.1" "$dir/src"
}

# Kconfig drops what does not fit, silently; we want what we asked for.
check_config()
{
	local option missing=()

	while read -r option; do
		if [[ $option == '# CONFIG_'* ]]; then
			option=${option#\# }
			! grep -q "^${option%% *}=" "$1" || missing+=("$option")
		else
			grep -qxF "$option" "$1" || missing+=("$option")
		fi
	done <<<"$(grep CONFIG_ "$top/lab/debug.config")"
	[ ${#missing[@]} -eq 0 ] ||
		die "lab/debug.config asks for what this kernel does not do:" "${missing[@]}"
}

# What a module's build reads stays; the rest, some gigabyte, goes.
prune_source()
{
	local src=$1

	find "$src" -type f ! -path "$src/scripts/*" ! -path "$src/tools/objtool/*" \
		\( -name '*.[coSa]' -o -name '*.cmd' -o -name '*.rst' \
		-o -name '*.dts*' -o -name '*.json' \) -delete
	rm -rf "$src"/{Documentation,drivers,fs,net,sound,samples,crypto,rust}
}

setup_kernel_debug()
{
	local dir=$labdir/debug.new src=$labdir/debug.new/src

	rm -rf "$dir"
	mkdir -p "$dir/modules"
	cp "$top/lab/debug.config" "$dir/config"
	unpack_source "$dir"
	# the checkers need not check ACPI's interpreter: it makes up half the boot
	printf '%s := n\n' KASAN_SANITIZE UBSAN_SANITIZE >>"$src/drivers/acpi/acpica/Makefile"
	make -s -C "$src" tinyconfig >"$dir/config.log" 2>&1
	(cd "$src" && scripts/kconfig/merge_config.sh -m .config \
		"$dir/config") >>"$dir/config.log" 2>&1
	make -s -C "$src" olddefconfig >>"$dir/config.log" 2>&1
	check_config "$src/.config"
	with_progress "building the debug kernel, ten minutes or more" \
		"$dir/build.log" make -C "$src" -j2 bzImage modules ||
		die "the debug kernel does not build; see $dir/build.log"
	cp "$src/arch/x86/boot/bzImage" "$dir/vmlinuz"
	keep_modules "$src" "$dir/modules"
	make -s -C "$src" kernelrelease >"$dir/release"
	prune_source "$src"
	ln -s src "$dir/kdir"
	rm -rf "$labdir/debug"
	mv "$dir" "$labdir/debug"
}

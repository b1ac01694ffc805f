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
	mapfile -t headers < <(private_apt_command apt-cache depends \
		"linux-headers-$release" |
		sed -nE 's/^ *Depends: (linux-(headers|kbuild)-.*)$/\1/p')
	rm -rf "$dir"
	download_and_unpack "$dir/root" "$image" "linux-headers-$release" \
		"${headers[@]}"

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

setup_kernel_stock()
{
	setup_debian_kernel stock '6\.1\.[0-9]+-[0-9]+-cloud-amd64'
}

setup_kernel_6_12()
{
	setup_debian_kernel 6.12 '6\.12\.[0-9]+\+deb12-cloud-amd64'
}

# SPDX-License-Identifier: GPL-2.0
#
# Pack what this run puts into the PC: modules, the command, files of --add.
# Sourced by lab/run.

# The modules that a module needs, itself last. Only those that the lab keeps:
# the others are built into its kernels.
with_dependencies()
{
	local file=$1 name

	for name in $(modinfo -F depends "$file" | tr ',' ' '); do
		with_dependencies "$labdir/$kernel/modules/${name//_/-}.ko"
	done
	echo "$file"
}

# What a module gets: what KVM needs in this lab, then "MODULE.NAME=VALUE" from
# --cmdline, as modprobe would do it.
module_parameters()
{
	local name=${1##*/} word

	case ${1##*/} in
	kvm.ko)
		# from 6.12 on kvm_intel would take VMX at load, and keep it
		! modinfo -F parm "$1" | grep -q enable_virt_at_load ||
			echo enable_virt_at_load=0 ;;
	kvm-intel.ko)
		# Bochs 2.7 writes PML entries unaligned
		is_fast || echo pml=0 ;;
	esac
	name=${name%.ko}
	for word in $cmdline; do
		[[ $word != "${name//-/_}".* ]] || echo "${word#*.}"
	done
}

# Write the list that the PC's init loads, in order.
pack_modules()
{
	local root=$1 wanted=() file

	[ -z "$kvm" ] || wanted+=("$labdir/$kernel/modules/kvm-intel.ko")
	if [ -n "$minivmx" ]; then
		file=$(minivmx_module) || exit
		wanted+=("$file")
	fi
	mkdir -p "$root/lib/modules" "$root/lab"
	for file in ${wanted[@]+"${wanted[@]}"}; do
		with_dependencies "$file"
	done | awk '!seen[$0]++' | while read -r file; do
		cp "$file" "$root/lib/modules/"
		echo "/lib/modules/${file##*/}" $(module_parameters "$file")
	done >"$root/lab/modules"
}

# Copy the shared libraries of a program to where it looks for them.
add_libraries()
{
	local root=$1 program=$2 library

	[ "$(head -c 4 "$program" | tr -d '\0')" = $'\x7fELF' ] || return 0
	# a static program makes ldd fail, and needs nothing
	{ ldd "$program" 2>/dev/null || true; } |
		sed -nE 's,^(.*=> )?\s*(/[^ ]+) \(0x.*,\2,p' |
		while read -r library; do
			[ -e "$root$library" ] || install -D "$library" "$root$library"
		done
}

add_one()
{
	local root=$1 src=${2%%:*} dest=/root/ program

	[[ $2 != *:* ]] || dest=${2#*:}
	[ -e "$src" ] || die "--add: there is no '$src'"
	[[ $dest == /* ]] || die "--add: '$dest' must begin with /"
	[[ $dest != */ ]] || dest+=$(basename "$(realpath -s "$src")")
	mkdir -p "$root$(dirname "$dest")"
	if [ -d "$src" ]; then
		mkdir -p "$root$dest"
		cp -a "$src/." "$root$dest/"
	else
		cp -L --preserve=mode,timestamps "$src" "$root$dest"
	fi
	find "$(realpath "$src")" -type f \( -perm /111 -o -name "*.so*" \) |
		while read -r program; do
			add_libraries "$root" "$program"
		done
}

pack_run()
{
	local root=$work/root add

	mkdir -p "$root"
	pack_modules "$root"
	[ -z "$interactive" ] || command=(-t "$(stty size)" "${command[@]}")
	printf '%s\0' "${command[@]}" >"$root/lab/command"
	for add in ${adds[@]+"${adds[@]}"}; do
		add_one "$root" "$add"
	done
	pack_cpio "$root" "$work/run.cpio"
}

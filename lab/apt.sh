# SPDX-License-Identifier: GPL-2.0
#
# Packages: installing them, and downloading those that are only unpacked.
# Sourced by lab/setup.

missing_packages()
{
	local package

	for package; do
		dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null |
			grep -qx installed || echo "$package"
	done
}

# Install what is missing of the named packages, as far as we may.
install_packages()
{
	local missing sudo=

	read -r -d '' -a missing <<<"$(missing_packages "$@")" || true
	[ ${#missing[@]} -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		sudo=sudo
		command -v sudo >/dev/null || die "packages are missing; as root, type:" \
			"  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
	fi
	say "installing ${missing[*]}"
	apt_install() {
		DEBIAN_FRONTEND=noninteractive $sudo apt-get -qq -y \
			-o Dpkg::Use-Pty=0 --no-install-recommends \
			install "${missing[@]}" >&2
	}
	# package lists may be absent or name versions that are gone
	if ! apt-cache show "${missing[@]}" >/dev/null 2>&1 || ! apt_install; then
		$sudo apt-get -qq update >&2
		apt_install || die "installing packages failed; the reason stands above"
	fi
}

# apt-get with a configuration of its own: the machine's own stays as it is, no
# root is needed, and a suite can be named that the machine does not use.
private_apt()
{
	private_apt_command apt-get "$@"
}

private_apt_command()
{
	local apt=$labdir/apt command=$1

	shift
	"$command" -qq -o Dir::Etc::SourceList="$apt/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::Preferences=/dev/null \
		-o Dir::Etc::PreferencesParts=/dev/null \
		-o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" \
		-o APT::Sandbox::User="" "$@"
}

# The machine's own Debian suites, and from the same mirror backports (for the
# 6.12 kernel) and the next release's sources (for Bochs).
private_apt_sources()
{
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	local codename uri suite mirror=

	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	while read -r uri suite; do
		case $suite in
		"$codename") mirror=$uri ;;
		"$codename-updates"|"$codename-security") ;;
		*) continue ;;
		esac
		echo "deb [signed-by=$keyring] $uri $suite main"
	done <<<"$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' \
		'Created-By: Packages' | sort -u)"
	[ -n "$mirror" ] || die "apt's sources name no mirror of Debian '$codename';" \
		"the lab takes the mirror's address from there"
	echo "deb [signed-by=$keyring] $mirror bookworm-backports main"
	echo "deb-src [signed-by=$keyring] $mirror trixie main"
}

# Once per run is enough, and only a run that downloads needs it.
private_apt_update()
{
	[ -z "${apt_is_updated:-}" ] || return 0
	apt_is_updated=yes
	one_at_a_time apt read_package_lists
}

read_package_lists()
{
	local apt=$labdir/apt

	mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
	private_apt_sources >"$apt/sources.list.new"
	mv "$apt/sources.list.new" "$apt/sources.list"
	say "reading package lists"
	private_apt update >&2 || say "some package lists could not be read; going on"
}

# Download the newest versions of packages and unpack them under DIR.
download_and_unpack()
{
	local dir=$1 debs=$labdir/debs.$$ package

	shift
	say "downloading $*"
	rm -rf "$debs"
	mkdir -p "$debs" "$dir"
	(cd "$debs" && private_apt download "$@") >&2 ||
		die "downloading failed; is the network there?"
	for package in "$debs"/*.deb; do
		dpkg-deb -x "$package" "$dir"
	done
	rm -rf "$debs"
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Packages of other Debian suites, through an apt of our own: its state and
# its sources are in the cache, so that the machine's own apt is not changed.
# Only the mirror is the machine's. apt checks signatures and hashes.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Prints the mirror that has suite $1: the one of the machine's own release,
# or of that release's security suite, whatever the machine calls it.
archive_mirror()
{
	# shellcheck source=/dev/null
	mine=$(. /etc/os-release && echo "$VERSION_CODENAME")
	case $1 in
	*-security) wanted="$mine-security" ;;
	*) wanted=$mine ;;
	esac

	# Works without package lists, as on a machine that is minutes old.
	apt-get update --print-uris |
		sed -n "s|^'\(.*\)/dists/$wanted/InRelease'.*|\1|p" | head -n 1 | grep . ||
		die 1 "apt has no source for $wanted to take the mirror from: add one to /etc/apt/sources.list.d"
}

# archive_configure SUITES MACHINE
archive_configure()
{
	mkdir -p "$apt/lists/partial" "$apt/archives/partial" || exit 1
	: >"$apt/status"
	for suite in $(echo "$1" | tr , ' '); do
		mirror=$(archive_mirror "$suite") || exit 1
		echo "deb [signed-by=$keyring] $mirror $suite main"
	done >"$apt/sources.list" || exit 1
	cat >"$apt/apt.conf" <<-EOF
	Dir::Etc::SourceList "$apt/sources.list";
	Dir::Etc::SourceParts "/dev/null";
	Dir::Etc::Preferences "/dev/null";
	Dir::Etc::PreferencesParts "/dev/null";
	Dir::State "$apt";
	Dir::State::Lists "$apt/lists";
	Dir::State::Status "$apt/status";
	Dir::Cache "$apt";
	APT::Architecture "$2";
	APT::Architectures { "$2"; "${machine_of_host:?}"; };
	APT::Sandbox::User "root";
	APT::Update::Error-Mode "any";
	Acquire::Languages "none";
	EOF
}

# archive_open SUITES MACHINE: the commands below then speak of these suites, and
# of packages for that machine. Fails if the mirror cannot be reached or does not
# have them.
archive_open()
{
	archive=$1
	! machine_is_foreign "$2" || archive=$1-$2
	apt=${cache:?}/apt/$archive
	lock "apt-$archive" 8
	unset APT_CONFIG
	archive_configure "$1" "$2"
	export APT_CONFIG="$apt/apt.conf"

	# The series of one suite are often fetched one after the other.
	[ -z "$FRESH" ] && younger "$apt/updated" 60 && return
	rm -f "$apt/updated"
	apt-get update -qq >&2 && touch "$apt/updated"
}

# archive_versions IMAGE: what * stands for in the packages of that name,
# newest first. Plain versions only, so that no other flavour slips in.
archive_versions()
{
	apt-cache pkgnames "${1%%\**}" |
		sed -n -E "s/^${1%%\**}([0-9][^-]*(-rc[0-9]+)?)${1##*\*}\$/\1/p" | sort -rV
}

archive_has()
{
	apt-cache show --no-all-versions "$1" 2>/dev/null | grep -q .
}

archive_field()
{
	apt-cache show --no-all-versions "$2" | sed -n "s/^$1: //p" | head -n 1
}

# The packages $@ and all parts of the kernel that they depend on; of what runs
# here to build modules, that for this machine.
archive_closure()
{
	apt-cache depends --recurse --important --no-breaks --no-conflicts --no-replaces "$@" |
		grep -oE '\<linux-(image|base|binary|modules|headers|kbuild)-[0-9][^ <>:]*' |
		grep -vE -e '-unsigned$' | sed "/^linux-kbuild-/s/$/:$machine_of_host/" | sort -u
}

# Downloads the packages $@ into the current directory.
archive_get()
{
	apt-get download -q "$@" >&2
}

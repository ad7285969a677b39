# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the scripts of this directory have in common: where things are, how
# they complain, how they read the table of kernels, and what differs between the
# machines that kernels are for.

# Where depmod and debootstrap are, which ordinary users do not look in.
PATH=$PATH:/usr/sbin:/sbin

# The sourcing scripts use these, which shellcheck cannot see.
# shellcheck disable=SC2034
vm=$(cd "$(dirname "$0")" && pwd -P)
# shellcheck disable=SC2034
top=${vm%/selftests/vm}
# What the tests and the VM need of a kernel, in that order.
# shellcheck disable=SC2034
fragments="$top/selftests/config $vm/config"
cache=${SHUTWATCH_CACHE:-${XDG_CACHE_HOME:-${HOME:?is not set: set SHUTWATCH_CACHE}/.cache}/shutwatch}

# Exit statuses of this directory's own making; run(1) passes on others.
# shellcheck disable=SC2034
readonly EX_USAGE=2 EX_UNAVAILABLE=3

say()
{
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

# die STATUS MESSAGE...
die()
{
	status=$1
	shift
	say "$@"
	exit "$status"
}

need()
{
	command -v "$1" >/dev/null ||
		die 1 "no $1 on this machine: run selftests/vm/deps $2"
}

# lock NAME FD [FLOCK-OPTION]: excludes all others until FD is closed, at the
# latest by the end of the shell.
lock()
{
	mkdir -p "$cache/lock" ||
		die 1 "cannot write to $cache: set SHUTWATCH_CACHE to a directory of yours"
	eval "exec $2>\"\$cache/lock/\$1\""
	flock ${3:+"$3"} "$2"
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		command -v sudo >/dev/null || die 1 "$1 needs root, and there is no sudo: run this as root"
		sudo "$@"
	fi
}

series_names()
{
	awk '!/^#/ && NF { print $1 }' "$vm/kernels"
}

series_row()
{
	awk -v name="$1" '
		/^#/ { next }
		$1 == name { print; exit }
		name ~ /^[0-9]+\.[0-9]+$/ && $1 == substr(name, 1, index(name, ".")) "x" {
			sub(/[0-9]+\.\*/, name ".*", $3)
			print name, $2, $3, $4
			exit
		}' "$vm/kernels"
}

# Sets series, suites, image and place from the table, and machine.
series_load()
{
	# shellcheck disable=SC2034
	read -r series suites image place <<-EOF
	$(series_row "$1")
	EOF
	[ "$series" ] ||
		die "$EX_USAGE" "no kernel '$1': it is none of $(series_names | tr '\n' ' ')and no path of one"
	machine=$(machine_of_package "$image")
}

# True if $1 is where a kernel is, not a series of the table.
is_path()
{
	case $1 in
	*/* | . | .. | '~') return ;;
	esac
	[ -z "$(series_row "$1")" ] && [ -e "$1" ]
}

# What sh leaves of KERNEL=~/linux behind "make" is not expanded.
kernel_path()
{
	# shellcheck disable=SC2088 # it is what has not been expanded
	case $1 in
	'~' | '~/'*) set -- "$HOME${1#?}" ;;
	esac
	realpath -e "$1" 2>/dev/null || die "$EX_USAGE" "there is no $1"
}

# kernel_open KERNEL: makes sure that it is there and stays until the shell ends.
# Sets series, what it goes by; kernel, the directory that has its parts (see
# ./fetch); machine, what it runs on; and place, where modules for it are built.
kernel_open()
{
	# shellcheck disable=SC2034
	if is_path "$1"; then
		series=$("$vm/given" "$1") || exit
		lock "given-$series" 9 -s
		kernel=$cache/given/$series
		read -r place <"$kernel/place"
		machine=$machine_of_host
	else
		series_load "$1"
		"$vm/fetch" "$series" || exit
		lock "use-$series" 9 -s
		kernel=$(realpath "$cache/kernels/$series/current")
	fi
}

# True if file $1 was touched less than $2 minutes ago.
younger()
{
	[ "$(find "$1" -maxdepth 0 -mmin "-$2" 2>/dev/null)" ]
}

# ---- machines ----

# Where all this runs, and what of it the VM has as it is.
machine_of_host=amd64

# True if programs for machine $1 do not run here.
machine_is_foreign()
{
	[ "$1" != $machine_of_host ]
}

# The series' names do not say it of the machine that most are for, but all names
# of packages end in it.
machine_of_package()
{
	echo "${1##*-}"
}

# machine_load MACHINE: sets what is needed
#
#	arch, cross	to build a module: make's ARCH and CROSS_COMPILE
#	compiler	... and the package with the compiler, if not the host's own
#	deps		the group of ./deps that has all that takes
#	qemu, cpu	to start a VM under TCG
#	console		where the kernel speaks
#	verdict		... and the guest; verdict_device is what QEMU calls that
#	on_boot		arguments of the kernel
machine_load()
{
	# shellcheck disable=SC2034 # the sourcing scripts use these
	case $1 in
	# At boot the kernel counts ticks of the timer for so long as it thinks
	# that some should come, and dies of "IO-APIC + timer doesn't work!" where
	# a busy host has not given the VM enough time for them.  As in any VM,
	# there is nothing to find out.
	#
	# Without ERMS the kernel clears and copies eight bytes at a time, not one,
	# each of which is a round for the emulator: a seventh of what tests took.
	#
	# An ARM that knows no range of the TLB flushes page by page, and for each
	# QEMU waits for the other CPU: 4 s for 2 MiB that are unmapped beside a
	# busy CPU, 17 s on a busy host, and RCU says that it stalls.  Of the two
	# ciphers for pointers the architecture's own takes QEMU long.
	amd64)
		arch=x86 cross='' compiler='' deps=vm
		qemu='qemu-system-x86_64' cpu=max,-erms
		console=ttyS0 verdict=ttyS1 verdict_device=isa-serial,index=1
		on_boot=no_timer_check
		;;
	arm64)
		arch=arm64 cross=aarch64-linux-gnu- compiler=gcc-aarch64-linux-gnu deps=arm64
		qemu='qemu-system-aarch64 -M virt' cpu=max,pauth-impdef=on
		console=ttyAMA0 verdict=ttyS0 verdict_device=pci-serial
		on_boot=''
		;;
	*) die 1 "nothing is known of the machine $1: add it to lib.sh" ;;
	esac
}

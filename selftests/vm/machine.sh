# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What differs between the machines that kernels are for.  To be sourced.

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
	amd64)
		arch=x86 cross='' compiler='' deps=vm
		qemu='qemu-system-x86_64' cpu=max
		console=ttyS0 verdict=ttyS1 verdict_device=isa-serial,index=1
		on_boot=no_timer_check
		;;
	arm64)
		arch=arm64 cross=aarch64-linux-gnu- compiler=gcc-aarch64-linux-gnu deps=arm64
		qemu='qemu-system-aarch64 -M virt' cpu=cortex-a72
		console=ttyAMA0 verdict=ttyS0 verdict_device=pci-serial
		on_boot=''
		;;
	*) die 1 "nothing is known of the machine $1: add it to ${vm:?}/machine.sh" ;;
	esac
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the boot image of an x86 kernel says of itself.  For the numbers see
# Documentation/arch/x86/boot.rst in the kernel's source.

# image_field IMAGE OFFSET BYTES
image_field()
{
	od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# What uname -r says on the kernel in image $1; fails if it is no such image.
image_release()
{
	tail -c "+$((0x203))" "$1" | head -c 4 | grep -q HdrS || return
	tail -c "+$(($(image_field "$1" $((0x20e)) 2) + 0x201))" "$1" | head -c 256 |
		tr '\0' '\n' | sed -n '1s/ .*//p'
}

# Where the packed kernel begins in image $1.
image_payload_at()
{
	echo $((($(image_field "$1" $((0x1f1)) 1) + 1) * 512 + $(image_field "$1" $((0x248)) 4)))
}

# How many bytes of image $1 it has.
image_payload_length()
{
	image_field "$1" $((0x24c)) 4
}

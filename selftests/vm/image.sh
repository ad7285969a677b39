# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the boot image of a kernel says of itself.  For the numbers see
# Documentation/arch/x86/boot.rst and arm64/booting.rst in the kernel's source.

# image_field IMAGE OFFSET BYTES
image_field()
{
	od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# image_has IMAGE OFFSET TEXT
image_has()
{
	tail -c "+$(($2 + 1))" "$1" | head -c ${#3} | grep -q "$3"
}

# The sort of image that $1 is; fails if it is none that we know.
image_kind()
{
	if image_has "$1" $((0x202)) HdrS; then
		echo x86
	elif image_has "$1" $((0x38)) ARMd; then
		echo arm64
	else
		false
	fi
}

# What uname -r says on the kernel in image $1; fails if it is none for x86.
image_release()
{
	[ "$(image_kind "$1")" = x86 ] || return
	tail -c "+$(($(image_field "$1" $((0x20e)) 2) + 0x201))" "$1" | head -c 256 |
		tr '\0' '\n' | sed -n '1s/ .*//p'
}

# Where the packed kernel begins in image $1, for x86.
image_payload_at()
{
	echo $((($(image_field "$1" $((0x1f1)) 1) + 1) * 512 + $(image_field "$1" $((0x248)) 4)))
}

# How many bytes of image $1 it has.
image_payload_length()
{
	image_field "$1" $((0x24c)) 4
}

# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # what ./given has and wants
#
# A kernel as it is installed, below / or any other directory, and one in
# packages, which is that once they are unpacked. To be sourced by ./given.

# The images in the places below $1 where packages and "make install" put them.
images()
{
	for candidate in "$1"/boot/vmlinuz-* "$1"/lib/modules/*/vmlinuz "$1"/usr/lib/modules/*/vmlinuz; do
		[ ! -e "$candidate" ] || realpath "$candidate"
	done | grep -v '\.old$' | sort -u
}

has_images()
{
	[ "$(images "$1")" ]
}

# The directory that $image has its lib/modules/$release in.
root_of_image()
{
	folder=$(dirname "$image")
	for root in "$folder" "$(dirname "$folder")" "${folder%/usr/lib/modules/*}" "${folder%/lib/modules/*}" /; do
		[ ! -d "$root/lib/modules/$release" ] || return 0
	done
	die 1 "$image has no lib/modules/$release beside it or its folder: make INSTALL_MOD_PATH=$(dirname "$folder") modules_install"
}

# Sets $image to the only one of $1.
the_image_in()
{
	image=$(images "$1")
	case $image in
	'') die 1 "$1 has no kernel: no boot/vmlinuz-RELEASE" ;;
	*"
"*) die 1 "$1 has more than one kernel, name one of them: $(echo "$image" | tr '\n' ' ')" ;;
	esac
}

# Packages have their headers in /usr/src; whoever builds and installs has a link
# to the tree.
find_headers()
{
	headers=$root/usr/src/linux-headers-$release
	[ -e "$headers/Makefile" ] || headers=$(realpath "$root/lib/modules/$release/build" 2>/dev/null)
	[ -e "$headers/Makefile" ] ||
		die 1 "there are no headers of $release: neither usr/src/linux-headers-$release in $root, nor what $root/lib/modules/$release/build should be a link to"
	[ -s "$headers/Module.symvers" ] ||
		die 1 "$headers has no Module.symvers, which modules are built against"
	[ -e "$headers/.config" ] || die 1 "$headers has no .config"
}

cure_of_installed()
{
	cure="scripts/kconfig/merge_config.sh .config $fragments, in its source, and build it anew"
}

find_root()
{
	image=$path
	[ -f "$path" ] || the_image_in "$path"
	release=$(image_release "$image")
	[ "$release" ] || die 1 "$image is no image of a kernel for x86"
	root_of_image
	find_headers
	cure_of_installed
	check_machine
}

parts_of_root()
{
	printf '%s\n' "$image" "$headers/.config" "$headers/Module.symvers" \
		"$root/lib/modules/$release/modules.dep"
}

modules_of_root()
{
	[ -e "$root/lib/modules/$release/modules.dep" ] || {
		say "$root/lib/modules/$release has no modules.dep: depmod -b $root $release"
		return 1
	}
	ln -s "$root" "$dir/root"
}

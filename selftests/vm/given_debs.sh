# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # what ./given has and wants
#
# A kernel in a folder of packages: of Debian, or of "make bindeb-pkg". To be
# sourced by ./given.

# All but debug symbols and what programs are built against.
debs()
{
	for deb in "$path"/linux-*.deb; do
		case ${deb##*/} in
		*-dbg_* | *-dbgsym_* | linux-libc-dev*) ;;
		*) [ ! -e "$deb" ] || echo "$deb" ;;
		esac
	done
}

# In the cache, since what is in packages is of no use where they are.
unpack()
{
	lock "given-$series" 9
	rm -rf "$dir/id" "$dir/unpacked"
	mkdir -p "$dir/unpacked"
	# shellcheck disable=SC2046 # no spaces in names of packages
	(cd "$path" && packages_unpack "$dir/unpacked" $(debs | sed 's|.*/||')) ||
		die 1 "cannot unpack the packages in $path: see above"
	flock -u 9
}

# A module is built with no older compiler than its kernel, which would not know
# the options, nor run the tools that come with the headers: Debian 13 has GCC 14.
choose_place()
{
	built_with=$(sed -n 's/^CONFIG_GCC_VERSION=\([0-9]*\)[0-9]\{4\}$/\1/p' "$headers/.config")
	if [ "${built_with:-0}" -le "$(${CC:-gcc} -dumpversion | cut -d . -f 1)" ]; then
		place=native
	elif [ "$built_with" -le 14 ]; then
		place=chroot:trixie
	else
		place=chroot:sid
	fi
}

find_debs()
{
	fresh=
	debs_id=$(debs | identity)
	if [ "$debs_id" != "$(cat "$dir/debs" 2>/dev/null)" ]; then
		unpack
		fresh=1
	fi
	the_image_in "$dir/unpacked"
	release=$(image_release "$image")
	root=$dir/unpacked
	find_headers
	if [ "$fresh" ]; then
		packages_relocate "$headers" "$root"
		depmod -b "$root" "$release" || exit
		echo "$debs_id" >"$dir/debs"
	fi
	cure_of_installed
	check_machine
	choose_place
}

parts_of_debs()
{
	debs
}

modules_of_debs()
{
	modules_of_root
}

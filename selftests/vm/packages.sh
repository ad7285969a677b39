# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# Kernels that come in .deb packages, unpacked where they are not installed.

# packages_unpack ROOT DEB...
packages_unpack()
{
	unpack_to=$1
	shift
	for deb; do
		dpkg-deb -x "$deb" "$unpack_to" || return
	done
	# Older packages have everything in /lib, newer ones in /usr/lib.
	[ -e "$unpack_to/lib" ] || ln -s usr/lib "$unpack_to/lib"
}

# packages_relocate HEADERS ROOT: they expect to be in /usr/src, where nothing of
# ours belongs, but will be in ROOT.
packages_relocate()
{
	sed -i "s|/usr/src/|$2/usr/src/|" "$1/Makefile"
}

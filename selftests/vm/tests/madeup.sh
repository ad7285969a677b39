# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154 # $vm
#
# Kernels that are none, but look like one to ../given.  To be sourced.

# Needed options, all built in, and a few lines that a real one has.
madeup_config()
{
	echo "# Linux/x86 6.99.0 Kernel Configuration"
	echo CONFIG_X86_64=y
	grep -h ^CONFIG_ "$vm/../config" "$vm/config" | sed 's/=m/=y/'
}

# madeup_image FILE RELEASE: what the boot protocol has of it.
madeup_image()
{
	mkdir -p "$(dirname "$1")" && head -c 4096 /dev/zero >"$1"
	printf HdrS | dd of="$1" bs=1 seek=$((0x202)) conv=notrunc status=none
	printf '\000\002' | dd of="$1" bs=1 seek=$((0x20e)) conv=notrunc status=none
	printf '%s (me@here) #1 SMP' "$2" | dd of="$1" bs=1 seek=$((0x400)) conv=notrunc status=none
}

madeup_module()
{
	mkdir -p "$(dirname "$1")" && echo 'int madeup;' | ${CC:-gcc} -x c -c -o "$1" -
}

# madeup_headers DIR
madeup_headers()
{
	mkdir -p "$1" && madeup_config >"$1/.config"
	echo "include /usr/src/linux-headers-common/Makefile" >"$1/Makefile"
	echo "0x0	tcp_close	vmlinux	EXPORT_SYMBOL" >"$1/Module.symvers"
}

# madeup_tree DIR RELEASE: all of it built.
madeup_tree()
{
	madeup_headers "$1"
	madeup_image "$1/arch/x86/boot/bzImage" "$2"
	mkdir -p "$1/include/config" && echo "$2" >"$1/include/config/kernel.release"
	madeup_module "$1/net/tls/tls.ko"
	echo net/tls/tls.o >"$1/modules.order"
	touch "$1/modules.builtin" "$1/modules.builtin.modinfo"
	madeup_edit "$1/.config" ''
}

# madeup_edit CONFIG SED: before its kernel was built.
madeup_edit()
{
	sed -i "$2" "$1"
	touch -d '1 minute ago' "$1"
}

# madeup_root DIR RELEASE: as "make install modules_install" leaves it, its
# headers where packages have them.
madeup_root()
{
	madeup_image "$1/boot/vmlinuz-$2" "$2"
	madeup_module "$1/lib/modules/$2/kernel/net/tls/tls.ko"
	for file in order builtin builtin.modinfo; do
		touch "$1/lib/modules/$2/modules.$file"
	done
	depmod -b "$1" "$2"
	madeup_headers "$1/usr/src/linux-headers-$2"
}

# madeup_deb FOLDER NAME ROOT: a package with what is in ROOT.
madeup_deb()
{
	mkdir -p "$3/DEBIAN" "$1"
	printf 'Package: %s\nVersion: 1\nArchitecture: amd64\nMaintainer: me <me@here>\nDescription: made up\n' \
		"$2" >"$3/DEBIAN/control"
	dpkg-deb --root-owner-group -b "$3" "$1/$2_1_amd64.deb" >/dev/null
	rm -r "$3/DEBIAN"
}

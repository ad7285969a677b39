# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034,SC2154 # what ./given has and wants
#
# A kernel in the tree that it was built in. To be sourced by ./given.

# True also if it still has to be configured or built, so that this can be said.
is_tree()
{
	[ -e "$1/.config" ] || { [ -e "$1/Kconfig" ] && [ -e "$1/scripts/Makefile.build" ]; }
}

# How the fragments get into its .config: that of O= has a link to its source.
cure_of_tree()
{
	if [ -e "$path/source" ]; then
		cure="cd $(realpath "$path/source") && scripts/kconfig/merge_config.sh -O $path $path/.config $fragments && make O=$path"
	else
		cure="cd $path && scripts/kconfig/merge_config.sh .config $fragments && make"
	fi
}

# Whether the VM can be this machine.
check_machine()
{
	grep -qx CONFIG_X86_64=y "$headers/.config" ||
		die 1 "$path is configured for $(sed -n 's|^# Linux/\([^ ]*\) .*|\1|p' "$headers/.config"), and not for 64 bits of x86, as the VM is"
}

# What make has not made yet is said in the order in which it makes it.
find_tree()
{
	[ -e "$path/.config" ] ||
		die 1 "$path is not configured: it has no .config; if it was built with O=, give that directory"
	case $path in
	*[\ :]*) die 1 "$path: kbuild builds no modules where a path has a space or a colon" ;;
	esac
	image=$path/arch/x86/boot/bzImage headers=$path
	cure_of_tree
	check_machine
	refuse_what_lacks
	[ -e "$image" ] || die 1 "$path has no arch/x86/boot/bzImage yet: make -C $path"
	release=$(cat "$path/include/config/kernel.release" 2>/dev/null)
	[ "$release" = "$(image_release "$image")" ] ||
		die 1 "$path is half built: its bzImage is $(image_release "$image"), its headers are of ${release:-nothing yet}: make -C $path"
	[ -s "$path/Module.symvers" ] || [ "$SHUTWATCH_WITHOUT" ] ||
		die 1 "$path has no Module.symvers, which modules are built against: make -C $path (modules_prepare alone does not make it)"
	[ -z "$(find "$path/.config" -newer "$image")" ] ||
		say "$path/.config is newer than the bzImage: was it built since?"
}

# The files of its modules, by their paths in the tree: modules.order has them by
# the object files in newer kernels, and below kernel/ in older ones.
modules_in_tree()
{
	sed 's|^kernel/||; s|\.o$|.ko|' "$path/modules.order" 2>/dev/null
}

parts_of_tree()
{
	printf '%s\n' "$image" "$path/.config" "$path/Module.symvers"
	modules_in_tree | sed "s|^|$path/|"
}

# As "make modules_install" would, by links.
modules_of_tree()
{
	into=$dir/root/lib/modules/$release
	mkdir -p "$into" || return
	modules_in_tree | while read -r module; do
		mkdir -p "$into/kernel/${module%/*}" &&
			ln -s "$path/$module" "$into/kernel/$module" || exit
	done || return
	for file in modules.builtin modules.builtin.modinfo; do
		[ ! -e "$path/$file" ] || cp "$path/$file" "$into/"
	done
	sed 's|^|kernel/|' >"$into/modules.order" <<-LIST
	$(modules_in_tree)
	LIST
	depmod -b "$dir/root" "$release"
}

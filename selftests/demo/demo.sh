#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: demo.sh [KERNEL [RECIPE...]]
#
# The recipes, played on a kernel (6.1) in a VM: what went out, why, and whether
# all agree.  Of a RECIPE, R1 to R11, the whole story.
#
# What is done before that is told only on a terminal, and if it fails.
set -eu -o pipefail
top=$(realpath "$(dirname "$0")/../..")
kernel=${1:-6.1}
shift $(($# ? 1 : 0))
case $kernel in
*/*) kernel=$(realpath -e "$kernel" 2>/dev/null || echo "$kernel") ;;
esac
cd "$top"
mkdir -p .build
log=.build/demo.log
: >$log

options=()
for recipe; do
	options+=(-r "$recipe")
done
[ ! -t 1 ] || [ "${NO_COLOR:-}" ] || [ "${TERM:-dumb}" = dumb ] || options+=(-c)

# What goes on, in one line that the next one takes the place of.
note()
{
	[ ! -t 2 ] || printf '\r\033[K%s' "${1:-}" >&2
}

# quietly TEXT COMMAND...
quietly()
{
	note "$1"
	shift
	"$@" >>$log 2>&1 && return
	note
	cat $log >&2
	exit 1
}

# The first line of the output, on stdin, takes the place of the note.
show()
{
	local line=''

	IFS= read -r line || :
	note
	[ -z "$line" ] || printf '%s\n' "$line"
	cat
}

quietly "looking for what is needed" selftests/vm/deps build vm
note
selftests/vm/examine "$kernel"
series=$(selftests/vm/name "$kernel")
quietly "building the recipes" make -s -C selftests demo/demo
# What is wrong with the options is better said now.
selftests/demo/demo "${options[@]}" --help >/dev/null
quietly "building the module for $series" selftests/vm/build "$kernel"
if [ $# = 0 ]; then
	note "playing on $series; one recipe waits a minute, for the end of TIME_WAIT"
else
	note "playing on $series"
fi
# shellcheck disable=SC2016 # for the shell in the VM
selftests/vm/run -k "$kernel" -t 240 -- \
	sh -c 'insmod "$SHUTWATCH_KO" && exec selftests/demo/demo "$@"' demo "${options[@]}" |
	show
[ $# = 0 ] || exit 0
[ "$kernel" = 6.1 ] || also=" KERNEL=$kernel"
echo
echo "All of one, its program, records and packets: make demo${also:-} RECIPE=R6"

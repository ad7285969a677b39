#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: program_test
#
# The reader on a real kernel: what it expects of a program, what is new to it,
# and what its exit status says.  The program is the demo, with the recipes R1,
# close() with unread data, and R2, the same after shutdown().

here=$(cd "$(dirname "$0")" && pwd)
reader=$here/../tools/shutwatch
demo=$here/demo/demo
[ -f "$demo" ] || demo=$here/demo	# installed
stats=/sys/kernel/debug/shutwatch/stats
ktap=$here/run/ktap.sh
[ -f "$ktap" ] || ktap=$here/ktap.sh	# installed
work=$(mktemp -d) || exit 1

# shellcheck source=../run/ktap.sh
. "$ktap"

# attempt COMMAND...: run it, anew where the kernel has skipped probes meanwhile,
# which is told and may be why nothing can be said.  What was skipped long ago is
# told each time, and is no part of the message.
attempt()
{
	for _ in 1 2 3 4 5; do
		"$@" >"$work/out" 2>"$work/all"
		ended=$?
		grep -v '^shutwatch: skipped: ' "$work/all" >"$work/err"
		! cmp -s "$work/all" "$work/err" || break
	done
}

# check NAME STATUS MESSAGE COMMAND...: it ends with STATUS, and its message has
# MESSAGE in it; where that is empty, there is none.
check()
{
	name=$1 status=$2 message=$3
	shift 3
	attempt "$@"
	[ "$ended" = "$status" ] || ktap_wrong "status $ended, expected $status"
	[ "$message" ] || [ ! -s "$work/err" ] || ktap_wrong "it has something to say"
	grep -q -F -- "$message" "$work/err" || [ ! "$message" ] || ktap_wrong "it does not say: $message"
	[ ! "$ktap_something_wrong" ] || ktap_note "$(cat "$work/err")"
	ktap_result "$name"
}

[ -r $stats ] || ktap_skip_all "shutwatch is not loaded, or this is not root"
[ -x "$reader" ] || {
	echo "TAP version 13"
	echo "1..0 # SKIP tools/shutwatch is not built"
	rm -rf "$work"
	exit 4
}

ktap_begin
unread='call=close state=ESTABLISHED>CLOSE sent=RST why=unread_data unread=5'
linger='call=close sent=RST why=linger_zero'

check expect.comes 0 "" \
	"$reader" expect --all "$unread" 'kind=reset error=ECONNRESET' -- "$demo" -n -r 1
check expect.comes_in_order 0 "" \
	"$reader" expect 'call=shutdown how=rdwr sent=FIN' 'call=close sent=RST' -- "$demo" -n -r 2
check expect.wrong_order 1 "it came before its time" \
	"$reader" expect 'call=close sent=RST' 'call=shutdown how=rdwr' -- "$demo" -n -r 2
check expect.says_what_came_instead 1 "why      unread_data, expected linger_zero" \
	"$reader" expect "$linger" -- "$demo" -n -r 1
check expect.not_of_what_was 1 "did not come: $unread" \
	"$reader" expect -d 1 "$unread"
check expect.not_of_others 1 "none that the filters let through" \
	"$reader" expect -L 1 "$unread" -- "$demo" -n -r 1
check expect.none 0 "" \
	"$reader" expect --none "$linger" -- "$demo" -n -r 1
check expect.none_came 1 "was not to come: $unread" \
	"$reader" expect --none "$linger" "$unread" -- "$demo" -n -r 1
# shellcheck disable=SC2016 # for the program
check expect.program_fails 1 "sh ended with status 3" \
	"$reader" expect "$unread" -- sh -c '"$1" -n -r 1; exit 3' sh "$demo"
check expect.mistake 2 "'rst' is no value of sent" \
	"$reader" expect sent=rst -- "$demo" -n -r 1
check quiet.was_there 0 "" "$reader" events -q --why unread_data
check quiet.was_not 1 "" "$reader" events -q --why linger_zero -L 1
check new.nothing 1 "" "$reader" -W -q --why unread_data -d 1

# Once it has opened the stream, all is new to it.
("$reader" -W -q --why unread_data -d 60; echo $? >"$work/status") &
until [ -s "$work/status" ]; do
	"$demo" -n -r 1 >/dev/null 2>&1
done
[ "$(cat "$work/status")" = 0 ] || ktap_wrong "status $(cat "$work/status"), expected 0"
ktap_result new.something
ktap_end
status=$?
rm -rf "$work"
exit $status

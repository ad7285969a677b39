#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: reader_test.sh
#
# From the kernel to a bug report: connections are ended in many ways, while they
# are captured and recorded; then the reader has to tell their stories, and each
# FIN and RST of the captures has to have its comment.

here=$(cd "$(dirname "$0")" && pwd)
reader=$here/../tools/shutwatch
scenes=$here/interface/scenes.py
files=/sys/kernel/debug/shutwatch
ktap=$here/run/ktap.sh
[ -f "$ktap" ] || ktap=$here/ktap.sh	# installed
ports=8001,8003,8004,8005,8006,8007,8008,8009,8010,8011,8012,8013,8014,8015,8016,8017

# shellcheck source=run/ktap.sh
. "$ktap"

[ -r $files/abi ] || ktap_skip_all "shutwatch is not loaded, or this is not root"
if [ ! -x "$reader" ] || [ ! -f "$scenes" ]; then
	# Within a kernel tree there is no reader.
	echo "TAP version 13"
	echo "1..0 # SKIP there is no reader here"
	exit 4
fi
for tool in python3 tcpdump tshark ip unshare; do
	command -v $tool >/dev/null || ktap_skip_all "no $tool: selftests/vm/deps vm installs it"
done

unshare -n sh -c 'ip link add veth1 type veth peer name veth2 && ip link add link veth1 name veth1.5 type vlan id 5' 2>/dev/null || {
	echo "TAP version 13"
	echo "1..0 # SKIP this kernel lacks CONFIG_VETH or CONFIG_VLAN_8021Q"
	exit 4
}

work=$(mktemp -d) || exit 1
recorder=''
player=''
trap 'kill $recorder $player 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

kept()
{
	"$reader" events -P $ports "$@" 2>"$work/stderr"
}

# All that is kept has been saved.
saved_all()
{
	kept -sx >"$work/kept"
	"$reader" -r "$work/saved" -P $ports -sx >"$work/from_saved" 2>"$work/stderr" &&
		cmp -s "$work/kept" "$work/from_saved"
}

# Without whose it is, which of saved records is known once something came of it.
sockets()
{
	"$reader" sockets -P $ports -j "$@" 2>"$work/stderr" |
		sed -E -e 's/"time":"[^"]*",//' -e 's/,"of":"records"//' \
			-e 's/"owner":[^,]*,"ocomm":(null|"([^"\\]|\\.)*"),//' | sort
}

# What earlier tests have left on these ports, with a filter, perhaps, so that there
# are no records of all that became of it.  TIME_WAIT takes a minute, and the end of a
# network namespace the time that the kernel has for it.
nothing_is_left()
{
	tries=1500
	while [ "$(sockets)" ]; do
		tries=$((tries - 1))
		if [ $tries = 0 ]; then
			ktap_note "left by earlier tests: $(sockets)"
			break
		fi
		sleep 0.1
	done
}

# Of those that are still there: saved records have all others, too.
sockets_are_the_same()
{
	sockets >"$work/sockets"
	sockets -r "$work/saved" >"$work/sockets_saved"
	comm -23 "$work/sockets" "$work/sockets_saved" >"$work/differ"
	[ -s "$work/differ" ] || return 0
	{ cat "$work/differ"; echo "of saved records:"; cat "$work/sockets_saved"; } >"$work/differed"
	return 1
}

# The reader makes of records what the module has seen: by the same rules.
sockets_are_as_saved()
{
	tries=600
	until [ -e "$work/open" ] && sockets_are_the_same; do
		tries=$((tries - 1))
		if [ $tries = 0 ] || ! kill -0 $player 2>/dev/null; then
			ktap_wrong "not as saved records leave them: $(cat "$work/differ")"
			break
		fi
		sleep 0.1
	done
	[ "$(wc -l <"$work/sockets")" -gt 10 ] ||
		ktap_wrong "too few: $(cat "$work/sockets"), after there had been $(cat "$work/differed")"
	ktap_result sockets_are_as_saved
	: >"$work/seen"
}

everything_is_saved()
{
	tries=600
	until saved_all; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { ktap_wrong "what was saved differs from what is kept"; break; }
		sleep 0.1
	done
	kill $recorder
	if ! wait $recorder; then
		ktap_wrong "record fails: $(cat "$work/recorder")"
	fi
	recorder=
	[ -s "$work/kept" ] || ktap_wrong "there are no records"
	head -n 1 "$work/saved" | grep -q " host=$(uname -n) kernel=$(uname -r) " ||
		ktap_wrong "the first line is $(head -n 1 "$work/saved")"
	ktap_result everything_is_saved
}

# tells PORT TEXT...: the story of the connection has these, in this order.
tells()
{
	_port=$1
	shift
	"$reader" story -r "$work/saved" -P "$_port" --ascii >"$work/story" 2>"$work/stderr" ||
		ktap_wrong "story: $(cat "$work/stderr")"
	_rest=$(tr '\n' ' ' <"$work/story")
	for _text; do
		case $_rest in
		*"$_text"*)
			_rest=${_rest#*"$_text"}
			;;
		*)
			ktap_wrong "no '$_text', or not there: $(cat "$work/story")"
			break
			;;
		esac
	done
	ktap_result "story_of_$_port"
}

stories()
{
	tells 8001 "client[" "server[" "connect() by client" "close() by server" "unread 5" \
		"- RST unread_data -" "RST received: ECONNRESET"
	tells 8003 "shutdown(SHUT_RDWR) by client" "- FIN shutdown_write -" CLOSE_WAIT \
		"shutdown(SHUT_RDWR) by server" LAST_ACK "- FIN shutdown_write -" TIME_WAIT
	tells 8006 "connect() by client" "a segment S" "- RST no_socket -" ECONNREFUSED
	tells 8010 "client[" "far server[" "- RST unread_data -" "RST received: ECONNRESET"
}

# What tcpdump has dropped cannot be found in its capture.
dropped()
{
	sed -n 's/^\([0-9]*\) packets dropped by kernel.*/\1/p' "$work/$1.pcap.log"
}

annotated()
{
	"$reader" annotate -r "$work/saved" "$work/$1.pcap" "$work/$1.pcapng" >"$work/report" 2>&1 ||
		ktap_wrong "status $?: $(cat "$work/report")"
	grep -q '^[^ ]*: [1-9][0-9]* FINs and RSTs of this host, 0 without a record; ' "$work/report" ||
		ktap_wrong "$(cat "$work/report")"
	if [ "$(dropped "$1")" = 0 ]; then
		grep -q '; 0 told and not captured$' "$work/report" || ktap_wrong "$(cat "$work/report")"
	else
		ktap_note "tcpdump has dropped packets"
	fi
	ktap_result "annotated_$1"
}

# tshark finds a comment in each FIN and RST, and in nothing else.
read_by_tshark()
{
	tshark -r "$work/lo.pcapng" -Y 'tcp.flags & 5 or frame.comment' -T fields \
		-e tcp.flags.reset -e frame.comment >"$work/comments" 2>"$work/stderr" ||
		ktap_wrong "tshark: $(cat "$work/stderr")"
	[ -s "$work/comments" ] || ktap_wrong "tshark finds nothing"
	! grep -v 'shutwatch: \(FIN\|RST\)' "$work/comments" >"$work/without" ||
		ktap_wrong "without a comment: $(cat "$work/without")"
	grep -q 'RST: close() by server\[[0-9]*\], unread 5; unread_data' "$work/comments" ||
		ktap_wrong "no RST for unread data: $(cat "$work/comments")"
	ktap_result read_by_tshark
}

ktap_begin
nothing_is_left
"$reader" record "$work/saved" -P $ports 2>"$work/recorder" &
recorder=$!
unshare -n python3 "$scenes" "$work" >"$work/scenes" 2>&1 &
player=$!
sockets_are_as_saved
wait $player || ktap_wrong "the scenes: $(cat "$work/scenes")"
player=
ktap_result scenes
everything_is_saved
stories
for capture in lo any sll short vlan; do
	annotated $capture
done
read_by_tshark
ktap_end

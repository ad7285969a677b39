#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: load_test
#
# The life of the module: loading it, loading it wrongly, unloading it while
# readers come and go and connections end, and what the reader says without it.
#
# SHUTWATCH_KO is the module; ROUNDS of loading and unloading are 20; the matrix
# asks one kernel for 200. READER_ROUNDS with readers that are killed are none;
# make abuse asks for a thousand.

ko=${SHUTWATCH_KO:-}
rounds=${ROUNDS:-20}
reader_rounds=${READER_ROUNDS:-0}
here=$(cd "$(dirname "$0")" && pwd)
reader=$here/../tools/shutwatch
complaints=$here/vm/complaints
[ -e "$complaints" ] || complaints=$here/complaints	# installed
demo=$here/demo/demo
[ -f "$demo" ] || demo=$here/demo		# installed
ktap=$here/run/ktap.sh
[ -f "$ktap" ] || ktap=$here/ktap.sh		# installed
debugfs=/sys/kernel/debug
files=$debugfs/shutwatch
planned=0
work=$(mktemp -d) || exit 1

# shellcheck source=run/ktap.sh
. "$ktap"

# ---- what is there ----

loaded()
{
	grep -q '^shutwatch ' /proc/modules
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for()
{
	_end=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt "$_end" ] || return 1
		sleep 0.1
	done
}

load()
{
	insmod "$ko" "$@" 2>"$work/stderr"
}

unload()
{
	rmmod shutwatch 2>"$work/stderr"
}

# What the kernel said since the last time: behind a line of ours, since its log
# forgets the oldest lines, and counting them would miss some.
marks=0
log_mark()
{
	marks=$((marks + 1))
	echo "load_test $$: mark $marks" >/dev/kmsg
}

log_since()
{
	dmesg | sed "1,/load_test $$: mark $marks\$/d"
}

# What a module could leave behind, as far as the kernel has a list of it.  Of
# memory, that of callers who have no name any more: a module that is gone, or
# the beginning of one that is not.
lists()
{
	cat "$debugfs/kprobes/list" /sys/kernel/tracing/enabled_functions
	grep -E '^[^ ]+ +[0-9]+ 0x' /proc/vmallocinfo
} 2>/dev/null

nothing_left()
{
	! loaded || ktap_wrong "the module is still there"
	[ ! -e "$files" ] || ktap_wrong "$files is still there"
	[ ! -e /sys/module/shutwatch ] || ktap_wrong "/sys/module/shutwatch is still there"
	lists >"$work/lists"
	left=$(grep -vxF -f "$work/lists_before" "$work/lists")
	[ -z "$left" ] || ktap_wrong "probes or memory are still there: $left"
}

complaints()
{
	log_since | grep -E -f "$complaints" >"$work/complaints" || return 0
	while read -r line; do
		ktap_wrong "$line"
	done <"$work/complaints"
}

# ---- the tests ----

planned=$((planned + 1))
loads_once()
{
	load || ktap_wrong "cannot be loaded: $(cat "$work/stderr")"
	! load || ktap_wrong "can be loaded twice"
	grep -q 'File exists' "$work/stderr" || ktap_wrong "twice: $(cat "$work/stderr")"
	[ "$(cat $files/abi)" ] || ktap_wrong "no ABI number"
	unload || ktap_wrong "cannot be unloaded: $(cat "$work/stderr")"
	nothing_left
	ktap_result loads_once
}

# What does not do as a parameter, one to a line.
wrong_parameters='ring=0
ring=1048577
sockets=255
sockets=4194305
port=0
port=65536
port=http
lport=80,
rport=80-90
addr=127.0.0
addr=127.0.0.1/33
addr=127.0.0.010
addr=::ffff:010.0.0.1
addr=::1/129
family=5
pid=me
netns=init
kind=closed
sent=ACK
sent=RST,
why=because'

for _ in $wrong_parameters; do
	planned=$((planned + 1))
done

# The log is to name parameter and value, and then to say what to write.
wrong_parameter()
{
	log_mark
	if load "$1"; then
		ktap_wrong "can be loaded with $1"
		unload
	fi
	log_since | grep -q "shutwatch: $1: ..*" ||
		ktap_wrong "the log does not say what is wrong with $1: $(log_since)"
	nothing_left
	ktap_result "wrong_parameter $1"
}

# without SYMBOL: the module, looking for one that no kernel has instead.
without()
{
	LC_ALL=C sed "s/\\x00$1\\x00/\\x00${1%?}?\\x00/g" "$ko" >"$work/without.ko"
	! cmp -s "$ko" "$work/without.ko" || ktap_wrong "the module does not look for $1"
}

planned=$((planned + 2))
needed_symbol_is_missing()
{
	log_mark
	without tcp_disconnect
	if insmod "$work/without.ko" 2>"$work/stderr"; then
		ktap_wrong "can be loaded without tcp_disconnect"
		unload
	fi
	log_since | grep -q 'shutwatch: cannot hook tcp_disconnec?.*not loading' ||
		ktap_wrong "the log does not name it: $(log_since)"
	nothing_left
	ktap_result needed_symbol_is_missing
}

optional_symbol_is_missing()
{
	log_mark
	without inet_child_forget
	insmod "$work/without.ko" 2>"$work/stderr" ||
		ktap_wrong "cannot be loaded without inet_child_forget"
	log_since | grep -q 'shutwatch: cannot hook inet_child_forge?.*: ..*' ||
		ktap_wrong "the log does not say what is lost: $(log_since)"
	grep -qxF 'armed.inet_child_forge? 0' $files/stats || ktap_wrong "stats do not tell"
	unload || ktap_wrong "cannot be unloaded: $(cat "$work/stderr")"
	nothing_left
	ktap_result optional_symbol_is_missing
}

# Probes that are in place and do not fire would say that nothing happens.
planned=$((planned + 1))
probes_are_switched_off()
{
	log_mark
	echo 0 >"$debugfs/kprobes/enabled"
	if load; then
		ktap_wrong "can be loaded while no probe fires"
		unload
	fi
	echo 1 >"$debugfs/kprobes/enabled"
	log_since | grep -q 'shutwatch: tcp_[a-z]* is hooked, but did not fire.*kprobes/enabled' ||
		ktap_wrong "the log does not name probe and cure: $(log_since)"
	nothing_left
	ktap_result probes_are_switched_off
}

# As it is on a busy machine: each segment takes its time, and all hooks are proved.
planned=$((planned + 1))
loads_where_lo_is_slow()
{
	if ! tc qdisc add dev lo root netem delay 100ms 2>"$work/stderr"; then
		ktap_skip loads_where_lo_is_slow "no netem: $(cat "$work/stderr")"
		return
	fi
	log_mark
	load || ktap_wrong "cannot be loaded: $(cat "$work/stderr") $(log_since)"
	! log_since | grep -E 'does not fire|not proved' >"$work/said" ||
		ktap_wrong "$(cat "$work/said")"
	tc qdisc del dev lo root
	unload || ktap_wrong "cannot be unloaded: $(cat "$work/stderr")"
	nothing_left
	ktap_result loads_where_lo_is_slow
}

# Written to a file of /sys/module/shutwatch/parameters, it changes nothing.
planned=$((planned + 1))
wrong_filter_is_refused()
{
	load port=8000 || ktap_wrong "cannot be loaded: $(cat "$work/stderr")"
	if echo http 2>/dev/null >/sys/module/shutwatch/parameters/port; then
		ktap_wrong "port=http can be written"
	fi
	[ "$(cat /sys/module/shutwatch/parameters/port)" = 8000 ] ||
		ktap_wrong "port=8000 is gone"
	unload || ktap_wrong "cannot be unloaded: $(cat "$work/stderr")"
	nothing_left
	ktap_result wrong_filter_is_refused
}

has_reader()
{
	grep -q '^readers [^0]' "$files/stats"
}

sleeps()
{
	grep -q '^State:	S' "/proc/$1/status"
}

planned=$((planned + 1))
unload_waits_for_readers()
{
	load || ktap_wrong "cannot be loaded: $(cat "$work/stderr")"
	cat "$files/events_pipe" >/dev/null &
	cat=$!
	wait_for 10 has_reader || ktap_wrong "the reader is not counted"
	wait_for 10 sleeps $cat || ktap_wrong "the reader does not block"
	! unload || ktap_wrong "can be unloaded under a reader"
	grep -q 'in use' "$work/stderr" || ktap_wrong "busy: $(cat "$work/stderr")"
	kill $cat
	wait $cat 2>/dev/null
	unload || ktap_wrong "cannot be unloaded: $(cat "$work/stderr")"
	nothing_left
	ktap_result unload_waits_for_readers
}

# Connections that end in many ways, again and again, until it is told to stop;
# none is left when it has.
connections()
{
	trap 'stop=1' TERM
	stop=
	until [ "$stop" ]; do
		"$demo" -n -r 1 -r 2 -r 3 -r 6 -r 7 -r 8 -r 9
	done >/dev/null 2>&1
}

# Bytes that the kernel holds and that a module could forget.
held()
{
	awk '/^(SUnreclaim|VmallocUsed|Percpu):/ { sum += $2 } END { print sum }' /proc/meminfo
}

# The smallest ring is 128 KiB: one lost in each round would show, other
# people's megabyte does not.
memory_is_back()
{
	after=$(held)
	[ $((after - before)) -lt $((1024 + $1 * 16)) ]
}

unload_now()
{
	unload || ktap_wrong "round $round: cannot be unloaded: $(cat "$work/stderr")"
}

# Readers that open a file, block in it, and are killed while the module is to go.
# In every other round one surely has its file open; else both may be too late.
unload_under_readers()
{
	cat "$files/events_pipe" >/dev/null 2>&1 &
	line=$!
	cat "$files/events_raw" >/dev/null 2>&1 &
	raw=$!
	if [ $((round % 2)) = 1 ]; then
		wait_for 60 has_reader || ktap_wrong "round $round: nobody reads"
		! unload || ktap_wrong "round $round: can be unloaded under a reader"
	else
		unload
	fi
	kill -s KILL $line $raw 2>/dev/null
	for cat in $line $raw; do
		wait "$cat" 2>/dev/null
		[ $? != 137 ] || killed=$((killed + 1))
	done
	! loaded || unload_now
}

# under_load COUNT COMMAND: load it so many times, and have COMMAND unload it.
under_load()
{
	log_mark
	connections &
	load=$!
	before=
	for round in $(seq "$1"); do
		load ring=1024 sockets=256 ||
			ktap_wrong "round $round: cannot be loaded: $(cat "$work/stderr"); $(dmesg | tail -n 1)"
		! loaded || "$2"
		[ -z "$ktap_something_wrong" ] || break
		# The first rounds fill caches that are there to stay.
		[ "$round" != $((($1 + 3) / 4)) ] || before=$(held)
	done
	kill $load
	wait $load 2>/dev/null
	# Namespaces go when the kernel finds the time; what is lost stays.
	wait_for 60 memory_is_back "$1" ||
		ktap_wrong "memory was lost: $before KiB, then $after KiB"
	ktap_note "the kernel held $before KiB after a quarter of $1 rounds, $after KiB at the end"
	nothing_left
	complaints
}

planned=$((planned + 1))
many_rounds_under_load()
{
	under_load "$rounds" unload_now
	ktap_result many_rounds_under_load
}

[ "$reader_rounds" = 0 ] || planned=$((planned + 1))
readers_are_killed()
{
	[ "$reader_rounds" != 0 ] || return
	killed=0
	under_load "$reader_rounds" unload_under_readers
	[ $killed -ge $(((reader_rounds + 1) / 2)) ] || ktap_wrong "$killed readers were killed"
	ktap_note "$killed readers were killed"
	ktap_result readers_are_killed
}

# says STATUS TEXT COMMAND...: how the reader ends, and what it says.
says()
{
	_status=$1 _text=$2
	shift 2
	"$@" >"$work/stdout" 2>"$work/stderr"
	_got=$?
	[ $_got = "$_status" ] || ktap_wrong "the reader ends with $_got, not $_status"
	grep -q "$_text" "$work/stderr" || ktap_wrong "the reader says: $(cat "$work/stderr")"
}

planned=$((planned + 3))
the_reader_names_the_cure()
{
	if [ ! -x "$reader" ]; then
		ktap_skip reader_without_module "tools/shutwatch is not built"
		ktap_skip reader_without_debugfs "tools/shutwatch is not built"
		ktap_skip reader_without_root "tools/shutwatch is not built"
		return
	fi
	says 1 insmod "$reader" events
	ktap_result reader_without_module

	load || ktap_wrong "cannot be loaded: $(cat "$work/stderr")"
	# shellcheck disable=SC2016 # the inner shell's
	says 1 'mount -t debugfs' unshare -m sh -c \
		'umount -l "$1" && exec "$2" events' sh "$debugfs" "$reader"
	ktap_result reader_without_debugfs

	says 1 'root' setpriv --reuid=65534 --regid=65534 --clear-groups \
		"$reader" events
	ktap_result reader_without_root
	unload || ktap_wrong "cannot be unloaded: $(cat "$work/stderr")"
}

# ---- all of it ----

was_loaded=
restore()
{
	[ -z "$was_loaded" ] || loaded || insmod "$ko"
	rm -rf "$work"
}
trap restore EXIT

[ "$(id -u)" = 0 ] || ktap_skip_all "not root: try again with sudo"
[ -e "$ko" ] || ktap_skip_all "SHUTWATCH_KO does not name the module"
[ -e "$debugfs/kprobes" ] || ktap_skip_all "debugfs is not mounted: mount -t debugfs none $debugfs"
if loaded; then
	was_loaded=1
	unload || ktap_skip_all "the module is in use: end its readers"
fi

lists >"$work/lists_before"
ktap_begin
ktap_plan "$planned"
loads_once
for parameter in $wrong_parameters; do
	wrong_parameter "$parameter"
done
needed_symbol_is_missing
optional_symbol_is_missing
probes_are_switched_off
loads_where_lo_is_slow
wrong_filter_is_refused
unload_waits_for_readers
many_rounds_under_load
readers_are_killed
the_reader_names_the_cure
ktap_end

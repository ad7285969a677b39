# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the load is measured with: begin CONFIG, end CONFIG.  Runs in the VM.
#
# $build is the directory with what was built: the modules, the load and the
# reader.  $scratch is one for files that nobody wants to keep, $ko_arguments
# what shutwatch is loaded with, $here this directory.

readonly events=/sys/kernel/debug/shutwatch tracing=/sys/kernel/tracing

# What ftrace takes for its buffer once it is first used, and does not give back.
readonly buffer_kb=1408

: "${build:?}" "${scratch:?}" "${ko_arguments?}" "${here:?}"

reader=

load_shutwatch()
{
	# shellcheck disable=SC2086 # many words
	insmod "$build/shutwatch.ko" $ko_arguments "$@"
}

# ---- readers ----

cpu_time()
{
	cut -d ' ' -f 14,15 "/proc/$1/stat"
}

# quiet PID: waits until it has nothing to do for a while.
quiet()
{
	local before='' now=x calm=0

	while [ $calm -lt 3 ]; do
		sleep 0.5
		before=$now
		now=$(cpu_time "$1") || return
		calm=$((calm + 1))
		[ "$now" = "$before" ] || calm=0
	done 2>/dev/null
}

# follow CHECK COMMAND...: starts a reader, whose output nobody wants unless
# $output says so; CHECK is true once it is attached.
output=/dev/null
follow()
{
	local check=$1

	shift
	"$@" >"$output" 2>"$scratch/errors" &
	reader=$!
	until $check; do
		kill -0 "$reader" 2>/dev/null || return
		sleep 0.5
	done
	quiet "$reader"
}

# ^C, as a user would end it; what does not obey is not waited for.
stop_reader()
{
	kill -INT "$reader" 2>/dev/null
	timeout 60 tail --pid="$reader" -f /dev/null || kill -KILL "$reader"
	wait "$reader"
	reader=
}

has_reader()
{
	grep -qx 'readers 1' "$events/stats"
}

has_perf_event()
{
	find "/proc/$reader/fd" -lname '*perf_event*' -o -lname '*bpf*link*' 2>/dev/null | grep -q .
}

# All that our own rival attaches, which it does in one go.
has_bpf_links()
{
	[ "$(find "/proc/$reader/fd" -lname '*bpf*link*' 2>/dev/null | wc -l)" = 10 ]
}

# Until nothing more fits.
fill_ring()
{
	"$build/load" -n 2000 -u
}

has_event()
{
	grep -q 1 "$tracing/events/sock/inet_sock_set_state/enable"
}

# ---- ftrace events ----

# What ftrace is given, a line for each event: "p FUNCTION" for its entry,
# "r FUNCTION" for its return, "t SYSTEM/TRACEPOINT".
three_calls()
{
	printf 'p %s\nr %s\n' tcp_shutdown tcp_shutdown tcp_close tcp_close \
		tcp_disconnect tcp_disconnect
	echo t sock/inet_sock_set_state
}

# All that shutwatch hooks on this kernel, returns where it waits for them.
all_hooks()
{
	local symbol at

	load_shutwatch || return
	sed -n 's/^armed[.]\(.*\) 1$/\1/p' "$events/stats" | while read -r symbol; do
		at=$(echo "$tracing"/events/*/"$symbol")
		if [ -d "$at" ]; then
			echo "t ${at#"$tracing/events/"}"
			continue
		fi
		echo "p $symbol"
		! grep -q " r  *$symbol+" /sys/kernel/debug/kprobes/list || echo "r $symbol"
	done
	rmmod shutwatch
}

# make_events three_calls|all_hooks
make_events()
{
	local kind what

	"$1" >"$scratch/wanted" || return
	echo $buffer_kb >"$tracing/buffer_size_kb"
	# One at a time: a write may not span a buffer.
	while read -r kind what; do
		# shellcheck disable=SC2016 # the dollar is for the kernel
		case $kind in
		p) echo "p:bench/$what $what sk=\$arg1:x64" ;;
		r) echo "r:bench/${what}_ret $what" ;;
		*) continue ;;
		esac >>"$tracing/kprobe_events" || return
	done <"$scratch/wanted"
}

remove_events()
{
	echo 0 >"$tracing/events/enable"
	echo 1 >"$tracing/tracing_on"
	echo >"$tracing/trace"
	echo >"$tracing/kprobe_events"
	echo 4 >"$tracing/buffer_size_kb"
}

enable_events()
{
	local kind what

	while read -r kind what; do
		[ "$kind" != t ] || echo 1 >"$tracing/events/$what/enable" || return
	done <"$scratch/wanted"
	echo 1 >"$tracing/events/bench/enable"
}

# ---- the configurations ----

# Fails, and leaves an explanation in $scratch/errors, where it cannot be had.
begin()
{
	: >"$scratch/errors"
	case $1 in
	nothing) ;;
	unloaded) load_shutwatch && rmmod shutwatch ;;
	floor) insmod "$build/floor/floor.ko" ;;
	floor_kprobes) insmod "$build/floor/floor.ko" kprobes=1 ;;
	floor_fprobes) insmod "$build/floor/floor.ko" fprobes=1 ;;
	recording) load_shutwatch ;;
	filtered) load_shutwatch lport=1 ;;
	filtered_all) load_shutwatch netns=1 ;;
	sent_rst) load_shutwatch sent=RST ;;
	cat) load_shutwatch && follow has_reader cat "$events/events_pipe" ;;
	cat_raw) load_shutwatch && follow has_reader cat "$events/events_raw" ;;
	endings) load_shutwatch && follow has_reader "$build/shutwatch" ;;
	reader) load_shutwatch && follow has_reader "$build/shutwatch" -s ;;
	json) load_shutwatch && follow has_reader "$build/shutwatch" -sj ;;
	ftrace) make_events three_calls && enable_events ;;
	ftrace_all) make_events all_hooks && enable_events ;;
	trace_pipe) make_events three_calls && enable_events && follow true cat "$tracing/trace_pipe" ;;
	trace_cmd_record)
		make_events three_calls && follow has_event trace-cmd record -o "$scratch/trace.dat" \
			-e bench -e sock:inet_sock_set_state
		;;
	trace_cmd_stream)
		make_events three_calls && follow has_event trace-cmd stream \
			-e bench -e sock:inet_sock_set_state
		;;
	perf)
		make_events three_calls && follow has_perf_event perf record -q -a -o "$scratch/perf.data" \
			-e 'bench:*' -e sock:inet_sock_set_state
		;;
	bpftrace) follow has_perf_event bpftrace "$here/rivals/ends.bt" ;;
	tcpstates_bcc) follow has_perf_event tcpstates-bpfcc ;;
	tcpstates_libbpf) follow has_perf_event tcpstates ;;
	bpf) follow has_bpf_links "$build/follow" -q -m 16 "$build/ends.bpf.o" ;;
	bpf_full) follow has_bpf_links "$build/follow" -q -m 1 "$build/ends.bpf.o" && fill_ring ;;
	bpf_columns) follow has_bpf_links "$build/follow" -m 4 "$build/ends.bpf.o" ;;
	*) echo "no configuration '$1'" >>"$scratch/errors" && false ;;
	esac
}

end()
{
	[ -z "$reader" ] || stop_reader
	case $1 in
	floor*) rmmod floor ;;
	recording | filtered | filtered_all | sent_rst | cat | cat_raw | endings | reader | json) rmmod shutwatch ;;
	ftrace | ftrace_all | trace_pipe | trace_cmd_* | perf) remove_events ;;
	esac
	rm -f "$scratch/trace.dat"* "$scratch/perf.data"
}

# Milliseconds that a configuration needs to be done with what it has.
settle_of()
{
	case $1 in
	cat | cat_raw | endings | reader | json) echo 500 ;;
	trace_pipe | trace_cmd_* | perf | bpftrace | tcpstates_* | bpf | bpf_*) echo 2000 ;;
	*) echo 0 ;;
	esac
}

# ---- what else there is to know about them ----

# stat NAME: a figure of shutwatch's own
stat()
{
	awk -v name="$1" '$1 == name { print $2 }' "$events/stats"
}

# Records that readers say they have lost, or shutwatch for its own.
lost()
{
	if [ -e "$events/stats" ]; then
		awk '/^lost[.]/ { sum += $2 } END { print sum }' "$events/stats"
	else
		cat "$scratch/errors" "$scratch/output" 2>/dev/null |
			grep -aoi 'lost [0-9]\+' | awk '{ sum += $2 } END { print sum + 0 }'
	fi
}

# Prints what is used of the machine's memory, in KiB: not counted are caches,
# programs and libraries among them, and pages that a CPU has at hand.
memory_used()
{
	local at_hand

	at_hand=$(awk '$1 == "count:" { sum += $2 } END { print sum * 4 }' /proc/zoneinfo)
	awk -v at_hand="$at_hand" '{ kb[$1] = $2 }
		END {
			used = kb["MemTotal:"] - kb["MemFree:"] + kb["Shmem:"]
			cached = kb["Buffers:"] + kb["Cached:"] + kb["SReclaimable:"]
			print used - cached - at_hand
		}' /proc/meminfo
}

# What shutwatch has allocated in whole pages: ring, sockets, calls; in bytes.
allocated()
{
	awk '/\[shutwatch\]/ && /vmalloc/ { sum += $2 - 4096 } END { print sum + 0 }' /proc/vmallocinfo
}

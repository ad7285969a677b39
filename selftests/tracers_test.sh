#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: tracers_test.sh
#
# perf, trace-cmd and bpftrace, each while a recipe is played, say of it what the
# file events says, number by number; and perf has the stack of who closed.

here=$(cd "$(dirname "$0")" && pwd)
demo=$here/demo/demo
[ -f "$demo" ] || demo=$here/demo	# installed
events=/sys/kernel/debug/shutwatch/events
ktap=$here/run/ktap.sh
[ -f "$ktap" ] || ktap=$here/ktap.sh	# installed

# shellcheck source=run/ktap.sh
. "$ktap"

# A connection that is closed with data unread: a RST, and nothing that comes
# after the recipe is over.
recipe=1

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# What both say, in the same words: number, kind, states, outcome and reason.
keys='seq kind local remote state sent why error'

# rows: lines with "seq=17 key=value ..." on stdin, one row of $keys for each
rows()
{
	awk -v keys="$keys" '
		BEGIN { n = split(keys, key, " ") }
		{
			delete value
			for (i = 1; i <= NF; i++) {
				at = index($i, "=")
				if (at)
					value[substr($i, 1, at - 1)] = substr($i, at + 1)
			}
			row = value["seq"]
			for (i = 2; i <= n; i++)
				row = row " " (key[i] in value ? value[key[i]] : "-")
			print row
		}' | sort -n
}

last_seq()
{
	sed -n '$s/^seq=\([0-9]*\) .*/\1/p' $events
}

# told_between FIRST LAST: what events has from the one to the other
told_between()
{
	awk -v first="$1" -v last="$2" '{ seq = substr($1, 5) + 0 } seq >= first && seq <= last' $events
}

# same_as_events ROWS: they are all that came between the first and the last of
# them.  What other tests have left ends before the tool is there, and after it
# has gone; the recipe is played in between.
same_as_events()
{
	told_between "$(head -n 1 "$1" | cut -d ' ' -f 1)" "$(tail -n 1 "$1" | cut -d ' ' -f 1)" |
		rows >"$work/told"
	[ -s "$1" ] || ktap_wrong "no record: $(tail -n 5 "$work/log")"
	cmp -s "$work/told" "$1" ||
		ktap_wrong "events and the tool differ: $(diff "$work/told" "$1" | head -n 20)"
	grep -q ' CLOSE>LISTEN ' "$1" || ktap_wrong "the recipe is not whole"
	grep -q ' RST unread_data ' "$1" || ktap_wrong "no RST with why=unread_data"
}

# The event's name is before the text, and its kind.
with_kind()
{
	sed -n 's/.*[ :]\(call\|decision\|state\|reset\|skipped\): *seq=\([0-9]*\) /seq=\2 kind=\1 /p'
}

needs()
{
	command -v "$1" >/dev/null && return
	ktap_skip "$2" "$1 is not installed"
	return 1
}

perf_tells()
{
	needs perf perf_tells || return
	perf record -q -a -g -o "$work/perf.data" -e 'shutwatch:*' -- "$demo" -n -r $recipe >"$work/log" 2>&1 ||
		ktap_wrong "perf record: $(tail -n 5 "$work/log")"
	perf script -i "$work/perf.data" >"$work/script" 2>"$work/log"
	with_kind <"$work/script" | rows >"$work/rows"
	same_as_events "$work/rows"
	# The stack of the close() that sent it, down to the C library.
	sed -n '/ call=close .*why=unread_data/,/^$/p' "$work/script" | grep -q '/libc' ||
		ktap_wrong "no stack of who closed: $(grep -A 20 why=unread_data "$work/script")"
	ktap_result perf_tells
}

trace_cmd_tells()
{
	needs trace-cmd trace_cmd_tells || return
	trace-cmd record -o "$work/trace.dat" -e shutwatch "$demo" -n -r $recipe >"$work/log" 2>&1 ||
		ktap_wrong "trace-cmd record: $(tail -n 5 "$work/log")"
	trace-cmd report -i "$work/trace.dat" 2>"$work/log" | with_kind | rows >"$work/rows"
	same_as_events "$work/rows"
	ktap_result trace_cmd_tells
}

# Fields by their names, an address among them, in a filter and in an action.
bpftrace_tells()
{
	needs bpftrace bpftrace_tells || return
	before=$(last_seq)
	bpftrace -q -c "$demo -n -r $recipe" -e '
		tracepoint:shutwatch:call /args->sent == 2/ {
			printf("seq=%llu %d %d %s %s\n", args->seq, args->call, args->lport,
			       args->ocomm, ntop(args->raddr));
		}' >"$work/script" 2>"$work/log" || ktap_wrong "bpftrace: $(tail -n 5 "$work/log")"
	grep '^seq=' "$work/script" >"$work/rows"
	# close is 1, and the recipe has two of them: only one sends a RST.
	told_between "$((${before:-0} + 1))" "$(last_seq)" | grep 'kind=call .*sent=RST' |
		sed 's/^seq=\([0-9]*\) .* local=[^ ]*:\([0-9]*\) .*call=close .*ocomm=\([^ ]*\).*/seq=\1 1 \2 \3 ::ffff:127.0.0.1/' \
			>"$work/told"
	[ -s "$work/told" ] || ktap_wrong "no RST in events"
	cmp -s "$work/told" "$work/rows" ||
		ktap_wrong "events and bpftrace differ: $(diff "$work/told" "$work/rows"; cat "$work/log")"
	ktap_result bpftrace_tells
}

[ -r $events ] || ktap_skip_all "shutwatch is not loaded, or this is not root"
[ -e /sys/kernel/tracing/events/shutwatch ] ||
	ktap_skip_all "no /sys/kernel/tracing/events: mount -t tracefs none /sys/kernel/tracing"

ktap_begin
ktap_plan 3
perf_tells
trace_cmd_tells
bpftrace_tells
ktap_end

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# usage: hooks_test.sh
#
# Each hook is in place on this kernel, and those that the recipes bring about
# are hit by them: a hook that is missing may go unnoticed until the day when
# only it would have told.

here=$(cd "$(dirname "$0")" && pwd)
demo=$here/demo/demo
[ -f "$demo" ] || demo=$here/demo	# installed
stats=/sys/kernel/debug/shutwatch/stats
ktap=$here/run/ktap.sh
[ -f "$ktap" ] || ktap=$here/ktap.sh	# installed

# shellcheck source=run/ktap.sh
. "$ktap"

# stat NAME: what the module says of it
stat_of()
{
	sed -n "s/^\($1\) //p" $stats
}

# armed SYMBOL OTHER: where the one does not exist, the other has to do.
armed()
{
	stat_of "armed.$1\|armed.$2" | grep -q 1
}

# hit SYMBOL OTHER
hit()
{
	stat_of "hits.$1\|hits.$2" | grep -q '[1-9]'
}

# kernel_has FUNCTION: one of those that $symbols was looked through for.
kernel_has()
{
	echo "$symbols" | grep -qx "$1"
}

# Before 6.10, the tracepoint does not tell of all RSTs.
tracepoint_tells_all()
{
	grep -q 'field:.*reason' /sys/kernel/tracing/events/tcp/tcp_send_reset/format
}

[ -r $stats ] || ktap_skip_all "shutwatch is not loaded, or this is not root"

in_recipes="tcp_shutdown tcp_close tcp_disconnect inet_shutdown inet_stream_connect
__tcp_close tcp_send_fin tcp_send_active_reset tcp_reset/tcp_rcv_state_process
tcp_done tcp_time_wait tcp_check_req inet_child_forget
inet_twsk_hashdance_schedule/inet_twsk_hashdance inet_twsk_kill
inet_sock_set_state tcp_send_reset tcp_receive_reset tcp_destroy_sock kfree_skb"
# The recipes only call __inet_twsk_schedule() for a new mini-socket, which says nothing
# and is a part of its caller on 6.12, arm64.
elsewhere="tcp_abort tcp_timewait_state_process __inet_twsk_schedule
inet_twsk_deschedule_put tw_timer_handler"
# A kernel has 200,000 symbols: once is enough.
symbols=$(grep -ow 'security_sock_graft\|tcp_done_with_error\|mptcp_close' /proc/kallsyms)
kernel_has security_sock_graft && in_recipes="$in_recipes security_sock_graft"
kernel_has tcp_done_with_error && in_recipes="$in_recipes tcp_done_with_error"
kernel_has mptcp_close && elsewhere="$elsewhere mptcp_close mptcp_disconnect __mptcp_close_ssk mptcp_subflow_shutdown __lock_sock_fast/lock_sock_fast"
tracepoint_tells_all || elsewhere="$elsewhere tcp_v4_send_reset tcp_v6_send_reset"

ktap_begin
"$demo" -n -r 1 -r 2 -r 3 -r 6 -r 8 >/dev/null 2>&1
for hook in $in_recipes $elsewhere; do
	armed "${hook%/*}" "${hook#*/}" || ktap_wrong "it is not in place"
	ktap_result "armed $hook"
done
for hook in $in_recipes; do
	hit "${hook%/*}" "${hook#*/}" || ktap_wrong "the recipes do not come by"
	ktap_result "hit $hook"
done
ktap_end

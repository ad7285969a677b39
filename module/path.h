/* SPDX-License-Identifier: GPL-2.0-only */
/* Paths: which part of the kernel was seen to act on a socket. */
#ifndef _SHUTWATCH_PATH_H
#define _SHUTWATCH_PATH_H

/**
 * enum sw_path - what ran when something happened to a socket
 * @SW_PATH_NONE: not seen
 * @SW_PATH_SEGMENT: TCP's input, in whatever context
 * @SW_PATH_ICMP: an ICMP error
 * @SW_PATH_KEEPALIVE: tcp_keepalive_timer(), which has FIN_WAIT2's end, too
 * @SW_PATH_WRITE_TIMER: retransmissions, window probes, SYN-ACKs
 * @SW_PATH_ORPHAN: the same timer, in tcp_out_of_resources()
 * @SW_PATH_MINI_TIMER: the timer of a mini-socket
 * @SW_PATH_ABORT: tcp_abort()
 * @SW_PATH_CLOSE: __tcp_close()
 * @SW_PATH_SHUTDOWN: inet_shutdown()
 * @SW_PATH_DISCONNECT: tcp_disconnect()
 * @SW_PATH_CONNECT: connect(), looking for a port or cleaning up
 * @SW_PATH_TIME_WAIT: tcp_time_wait(), which another hook has mostly told of
 * @SW_PATH_INNER: a function on the way that another hook has told of
 *
 * A hook is told where the function that it is on returns to: that function's
 * caller, and so the path.  See callers.c.
 */
enum sw_path {
	SW_PATH_NONE,
	SW_PATH_SEGMENT,
	SW_PATH_ICMP,
	SW_PATH_KEEPALIVE,
	SW_PATH_WRITE_TIMER,
	SW_PATH_ORPHAN,
	SW_PATH_MINI_TIMER,
	SW_PATH_ABORT,
	SW_PATH_CLOSE,
	SW_PATH_SHUTDOWN,
	SW_PATH_DISCONNECT,
	SW_PATH_CONNECT,
	SW_PATH_TIME_WAIT,
	SW_PATH_INNER,
};

#endif /* _SHUTWATCH_PATH_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each program does what that of the notes does, step by step, and says beside
 * its steps which records it expects of them.  Where they sleep, it
 * waits for what the sleep was for.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "act.h"
#include "act_io.h"
#include "clock.h"
#include "expect.h"
#include "recipe.h"

/* The states of a connection's sides up to where the recipes differ. */
#define CLIENT		"CLOSE>SYN_SENT>ESTABLISHED"
#define SERVED		"SYN_RECV>ESTABLISHED"

/*
 * The states before and after a shutdown().  The other side may answer before
 * the call is over: what comes of that is in the call's state, too.
 */
#define FIRST_FIN	"state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 "
#define SECOND_FIN	"state=CLOSE_WAIT>LAST_ACK|CLOSE_WAIT>CLOSE "

/* How the records of calls and decisions begin. */
#define CALL_CLOSE		"kind=call call=close how=- ret=0 "
#define CALL_SHUTDOWN(ret, how)	"kind=call call=shutdown ret=" ret " how=" how " "
#define DECISION(by)		"kind=decision by=" by " "

/* The values of a socket that sent all it had. */
#define ALL_SENT	" unsent=0 unacked=0 linger=-"

/* 1: a RST, because of the unread data. */
static void close_unread(struct play *play)
{
	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);

	act_close(play, S2);
	expect(play, S2, CALL_CLOSE
	       "state=ESTABLISHED>CLOSE sent=RST why=unread_data fin=- unread=5"
	       ALL_SENT);
	await_state(play, S1, SHUTWATCH_TCP_CLOSE);
	expect(play, S1, "kind=reset state=ESTABLISHED>CLOSE error=ECONNRESET");

	expect_path(play, S1, CLIENT ">CLOSE");
	expect_path(play, S2, SERVED ">CLOSE");
}

/* 2: shutdown() does not mind unread data, close() after it does. */
static void shutdown_unread(struct play *play)
{
	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);

	act_shutdown(play, S2, SHUT_RDWR);
	expect(play, S2, CALL_SHUTDOWN("0", "rdwr") FIRST_FIN
	       "sent=FIN why=shutdown_write fin=sent unread=5"
	       ALL_SENT);
	await_state(play, S2, SHUTWATCH_TCP_FIN_WAIT2);

	act_close(play, S2);
	expect(play, S2, CALL_CLOSE
	       "state=FIN_WAIT2>CLOSE sent=RST why=unread_data fin=- unread=5"
	       ALL_SENT);
	await_state(play, S1, SHUTWATCH_TCP_CLOSE);
	expect(play, S1, "kind=reset state=CLOSE_WAIT>CLOSE error=EPIPE");

	expect_path(play, S1, CLIENT ">CLOSE_WAIT>CLOSE");
	expect_path(play, S2, SERVED ">FIN_WAIT1>FIN_WAIT2>CLOSE");
}

static const char *how_name(int how)
{
	static const char * const name[] = {
		SHUTWATCH_HOW_LIST(SHUTWATCH_AS_NAME)
	};

	/* SHUT_RD is 0, SHUTWATCH_HOW_RD is 1, and so on. */
	return name[how + 1];
}

/* Both sides are shut down, s2 first, which gets the TIME_WAIT. */
static void shut_both(struct play *play, int how, int unread)
{
	act_shutdown(play, S2, how);
	expect(play, S2, CALL_SHUTDOWN("0", "%s") FIRST_FIN
	       "sent=FIN why=shutdown_write fin=sent unread=%d"
	       ALL_SENT, how_name(how), unread);
	await_state(play, S1, SHUTWATCH_TCP_CLOSE_WAIT);

	act_shutdown(play, S1, how);
	expect(play, S1, CALL_SHUTDOWN("0", "%s") SECOND_FIN
	       "sent=FIN why=shutdown_write fin=sent unread=0"
	       ALL_SENT, how_name(how));
	await_state(play, S1, SHUTWATCH_TCP_CLOSE);
	await_time_wait(play, S2, true);
}

/* 3: the connection is over, so that close() has nothing to say. */
static void both_shut(struct play *play, int how)
{
	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);
	shut_both(play, how, 5);

	act_close(play, S2);
	expect(play, S2, CALL_CLOSE
	       "state=CLOSE>CLOSE|TIME_WAIT>TIME_WAIT sent=none why=already_closed fin=- unread=5"
	       ALL_SENT);

	expect_path(play, S1, CLIENT ">CLOSE_WAIT>LAST_ACK>CLOSE");
	expect_path(play, S2, SERVED ">FIN_WAIT1>FIN_WAIT2>TIME_WAIT");
}

static void both_shut_rdwr(struct play *play)
{
	both_shut(play, SHUT_RDWR);
}

static void both_shut_wr(struct play *play)
{
	both_shut(play, SHUT_WR);
}

/* 4: what is in the queue of a closed socket can still be read. */
static void read_when_closed(struct play *play)
{
	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);
	shut_both(play, SHUT_RDWR, 5);

	await_time_wait(play, S2, false);
	act_recv(play, S2, "hello");

	expect_path(play, S1, CLIENT ">CLOSE_WAIT>LAST_ACK>CLOSE");
	expect_path(play, S2, SERVED ">FIN_WAIT1>FIN_WAIT2>TIME_WAIT>CLOSE");
}

static void expect_shut_rd(struct play *play, int unread)
{
	expect(play, S2, CALL_SHUTDOWN("0", "rd")
	       "state=ESTABLISHED>ESTABLISHED sent=none why=read_side_only fin=- unread=%d"
	       ALL_SENT, unread);
}

/* 5: SHUT_RD is between the program and its kernel; the peer is not told. */
static void shut_rd(struct play *play)
{
	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);
	act_shutdown(play, S2, SHUT_RD);
	expect_shut_rd(play, 5);
	act_recv(play, S2, "hello");
	act_recv(play, S2, END);

	act_send(play, S1, "world");
	await_unread(play, S2, 5);
	act_recv(play, S2, "world");
	act_recv(play, S2, END);

	expect_path(play, S1, CLIENT);
	expect_path(play, S2, SERVED);
}

/* What data does to a socket that is shut down both ways. */
static void data_is_refused(struct play *play)
{
	await_state(play, S2, SHUTWATCH_TCP_FIN_WAIT2);
	act_send(play, S1, "world");
	await_state(play, S1, SHUTWATCH_TCP_CLOSE);
	expect(play, S2, DECISION("rx")
	       "state=FIN_WAIT2>CLOSE sent=RST why=data_after_shutdown fin=- unread=0 unsent=0 unacked=0");
	expect(play, S1, "kind=reset state=CLOSE_WAIT>CLOSE error=EPIPE");
	act_recv_fails(play, S2, ECONNRESET);

	expect_path(play, S1, CLIENT ">CLOSE_WAIT>CLOSE");
	expect_path(play, S2, SERVED ">FIN_WAIT1>FIN_WAIT2>CLOSE");
}

static void expect_fin(struct play *play, const char *how)
{
	expect(play, S2, CALL_SHUTDOWN("0", "%s") FIRST_FIN
	       "sent=FIN why=shutdown_write fin=sent unread=5"
	       ALL_SENT, how);
}

/* 6: a RST for data that nobody will read. */
static void data_after_rdwr(struct play *play)
{
	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);
	act_shutdown(play, S2, SHUT_RDWR);
	expect_fin(play, "rdwr");
	act_recv(play, S2, "hello");
	act_recv(play, S2, END);
	data_is_refused(play);
}

/* 6: two calls are as good as one. */
static void data_after_rd_wr(struct play *play)
{
	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);
	act_shutdown(play, S2, SHUT_RD);
	expect_shut_rd(play, 5);
	act_shutdown(play, S2, SHUT_WR);
	expect_fin(play, "wr");
	act_recv(play, S2, "hello");
	act_recv(play, S2, END);
	data_is_refused(play);
}

/* 6: no RST: the peer was told nothing, so that it may send. */
static void data_after_rd(struct play *play)
{
	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);
	act_shutdown(play, S2, SHUT_RD);
	expect_shut_rd(play, 5);
	act_recv(play, S2, "hello");
	act_recv(play, S2, END);

	act_send(play, S1, "world");
	await_unread(play, S2, 5);
	act_recv(play, S2, "world");

	expect_path(play, S1, CLIENT);
	expect_path(play, S2, SERVED);
}

/* 6: no RST: the peer was told that we do not send, and may do so itself. */
static void data_after_wr(struct play *play)
{
	act_pair(play);
	act_send(play, S1, "hello");
	await_unread(play, S2, 5);
	act_shutdown(play, S2, SHUT_WR);
	expect_fin(play, "wr");
	act_recv(play, S2, "hello");
	await_state(play, S2, SHUTWATCH_TCP_FIN_WAIT2);

	act_send(play, S1, "world");
	await_unread(play, S2, 5);
	act_recv(play, S2, "world");

	expect_path(play, S1, CLIENT ">CLOSE_WAIT");
	expect_path(play, S2, SERVED ">FIN_WAIT1>FIN_WAIT2");
}

/* 7: a socket whose connection is over is not a new socket. */
static void connect_when_shut(struct play *play)
{
	act_pair(play);
	shut_both(play, SHUT_RDWR, 0);
	act_connect(play, S1, NULL, EISCONN);

	expect_path(play, S1, CLIENT ">CLOSE_WAIT>LAST_ACK>CLOSE");
	expect_path(play, S2, SERVED ">FIN_WAIT1>FIN_WAIT2>TIME_WAIT");
}

/* 8: a listener that was shut down is a socket like any other. */
static void listener_connects(struct play *play)
{
	static const char nobody[] = "127.0.0.20:1234";

	act_listen(play, SERVER);
	act_shutdown(play, SERVER, SHUT_RD);
	expect(play, SERVER, CALL_SHUTDOWN("0", "rd")
	       "state=LISTEN>CLOSE sent=none why=listener_stopped fin=-");

	/* It may connect; that nobody is there to answer is another matter. */
	act_connect(play, SERVER, nobody, ECONNREFUSED);
	strcpy(play->actor[NOBODY].local, nobody);
	strcpy(play->actor[NOBODY].remote, play->actor[SERVER].local);
	expect(play, NOBODY, DECISION("rx")
	       "sent=RST why=no_socket fin=-");
	expect(play, SERVER, "kind=reset state=SYN_SENT>CLOSE error=ECONNREFUSED");

	expect_path(play, SERVER, "CLOSE>LISTEN>CLOSE>SYN_SENT>CLOSE");
}

/* 8: what waits in its queue is reset. */
static void listener_listens(struct play *play)
{
	act_listen(play, SERVER);
	act_connect(play, S1, NULL, FINE);
	await_child(play, SERVER, S1);
	act_shutdown(play, SERVER, SHUT_RD);
	expect(play, CHILD, DECISION("listener")
	       "state=ESTABLISHED>CLOSE sent=RST why=listener_stopped fin=- unread=0 parent=%llx",
	       play->actor[SERVER].cookie);
	expect(play, SERVER, CALL_SHUTDOWN("0", "rd")
	       "state=LISTEN>CLOSE sent=none why=listener_stopped fin=- children=1");
	act_recv_fails(play, S1, ECONNRESET);
	expect(play, S1, "kind=reset state=ESTABLISHED>CLOSE error=ECONNRESET");

	act_listen_again(play, SERVER);
	act_connect(play, S, NULL, FINE);
	act_accept(play, S2, SERVER);

	expect_path(play, SERVER, "CLOSE>LISTEN>CLOSE>LISTEN");
	expect_path(play, CHILD, SERVED ">CLOSE");
	expect_path(play, S1, CLIENT ">CLOSE");
	expect_path(play, S, CLIENT);
	expect_path(play, S2, SERVED);
}

static void expect_syn_sent(struct play *play, const char *how)
{
	expect(play, S, CALL_SHUTDOWN("0", "%s")
	       "state=SYN_SENT>CLOSE sent=none why=syn_sent fin=- unread=0"
	       ALL_SENT, how);
}

/* 9: "connection reset", though no RST was sent or received. */
static void nonblocking_connect(struct play *play)
{
	act_socket(play, S, SOCK_NONBLOCK);
	act_thread_connect(play, S);
	act_thread_returns(play, S, EINPROGRESS);
	act_recv_fails(play, S, EAGAIN);
	act_shutdown(play, S, SHUT_WR);
	expect_syn_sent(play, "wr");
	act_recv_fails(play, S, ECONNRESET);

	expect_path(play, S, "CLOSE>SYN_SENT>CLOSE");
}

/* A SYN that nobody answers: the kernel gives up. */
static void expect_give_up(struct play *play)
{
	expect(play, S, DECISION("timer")
	       "state=SYN_SENT>CLOSE sent=none why=retries_exhausted fin=- unread=0 unsent=0 unacked=0");
}

static const char not_busy[] =
	"Some kernels say EBUSY here, and connect() goes on:\n"
	"5.10.183 and later, 6.1.33 to 6.1.59, 6.4 to 6.5.8.  This one lets\n"
	"shutdown() end the attempt.";

/* 10: the kernels differ; the records must tell what this one did. */
static void blocking_connect(struct play *play, int how)
{
	int err;

	act_socket(play, S, 0);
	act_thread_connect(play, S);
	err = act_shutdown_try(play, S, how, EBUSY);
	if (err == EBUSY) {
		expect(play, S, CALL_SHUTDOWN("EBUSY", "%s")
		       "state=SYN_SENT>SYN_SENT sent=none why=busy fin=- unread=0"
		       ALL_SENT, how_name(how));
		expect_give_up(play);
		play->aside = "EBUSY, and connect() goes on, as expected.";
		act_thread_returns(play, S, ETIMEDOUT);
	} else {
		expect_syn_sent(play, how_name(how));
		play->aside = not_busy;
		act_thread_returns(play, S, ECONNRESET);
	}
	expect_path(play, S, "CLOSE>SYN_SENT>CLOSE");
}

static void blocking_connect_rd(struct play *play)
{
	blocking_connect(play, SHUT_RD);
}

static void blocking_connect_wr(struct play *play)
{
	blocking_connect(play, SHUT_WR);
}

static void blocking_connect_rdwr(struct play *play)
{
	blocking_connect(play, SHUT_RDWR);
}

/* 11: connect() has the file as long as it runs; close() waits for it. */
static void blocking_connect_close(struct play *play)
{
	const __u64 begun = clock_now();

	act_socket(play, S, 0);
	act_thread_connect(play, S);
	act_close(play, S);
	expect_give_up(play);
	expect(play, S, CALL_CLOSE
	       "state=CLOSE>CLOSE sent=none why=already_closed fin=- unread=0"
	       ALL_SENT);
	/* It gives up after two seconds or three. */
	expect_late(play, begun + NSEC_PER_SEC);
	act_thread_returns(play, S, ETIMEDOUT);

	expect_path(play, S, "CLOSE>SYN_SENT>CLOSE");
}

#define RECIPE_AS_STRUCT(fn, nr, text)					\
	[RECIPE_##fn] = {						\
		.number = nr,						\
		.name = #fn,						\
		.title = text,						\
		.act = fn,						\
	},

const struct recipe recipes[RECIPE_VARIANTS] = {
	RECIPE_LIST(RECIPE_AS_STRUCT)
};

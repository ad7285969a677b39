// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of the kinds that are put into programs: does the judge know what each may do,
 * and what not?  Does not need the module.
 */
#include "judge_fixture.h"

#include <sys/socket.h>

#include "firewall.h"
#include "generate.h"
#include "kinds.h"
#include "mptcp.h"
#include "pass.h"
#include "paths.h"
#include "tls.h"
#include "uring.h"
#include "vanish.h"
#include "way.h"

#define T_PID	"52"
#define T_TASK	" pid=" T_PID " comm=" S_COMM
#define ACT_CLOSE	4

/* The server's last act, in place of close(), and what it returned. */
static void does_instead(struct _test_data_judge *self, enum verb verb, int arg, int ret)
{
	self->scene.act[ACT_CLOSE].verb = verb;
	self->scene.act[ACT_CLOSE].arg = arg;
	self->history.deed[ACT_CLOSE].ret = ret;
	self->history.deed[ACT_CLOSE].child_ended = 80000000;
}

/* Who closed, and its transition: records 5 and 8. */
static void closes(struct _test_data_judge *self, const char *task, const char *how,
		   const char *call_at)
{
	static char state[SHUTWATCH_LINE_MAX], call[SHUTWATCH_LINE_MAX];

	snprintf(state, sizeof(state), "seq=5 " AT(51) "kind=state%s" OF_CHILD
		 " state=ESTABLISHED>CLOSE by=close error=-" S_OWNS, task);
	snprintf(call, sizeof(call), "seq=8 %skind=call%s" OF_CHILD
		 " call=close how=%s ret=0 state=ESTABLISHED>CLOSE sent=RST why=unread_data"
		 NO_FIN " unread=5" VALUES " linger=- took=3000000" S_OWNS,
		 call_at, task, how);
	self->line[LINE(5)] = state;
	self->line[LINE(8)] = call;
}

#define EXPECT_AGREES()							\
	EXPECT_TRUE(agrees(self))					\
		TH_LOG("told: %s", self->view->remarks.text[0])

/* ---- passed on ---- */

TEST_F(judge, closed_by_who_got_it)
{
	does_instead(self, VERB_GIVE, pass_arg(TAKER_CLOSES, 1), atoi(T_PID));
	closes(self, T_TASK, "-", AT(74));
	EXPECT_AGREES();
}

TEST_F(judge, closed_by_the_exit_of_who_got_it)
{
	does_instead(self, VERB_GIVE, pass_arg(TAKER_KILLED, 1), atoi(T_PID));
	closes(self, T_TASK, "exit", AT(74));
	EXPECT_AGREES();
}

TEST_F(judge, closed_by_who_gave_it_away)
{
	does_instead(self, VERB_GIVE, pass_arg(TAKER_CLOSES, 1), atoi(T_PID));
	closes(self, S_TASK, "-", AT(54));
	EXPECT_TOLD("closed by " S_PID ", but " T_PID " has it");
}

TEST_F(judge, close_that_was_an_exit)
{
	does_instead(self, VERB_GIVE, pass_arg(TAKER_CLOSES, 1), atoi(T_PID));
	closes(self, T_TASK, "exit", AT(74));
	EXPECT_TOLD("who got it has closed it otherwise");
}

TEST_F(judge, exit_that_was_a_close)
{
	does_instead(self, VERB_GIVE, pass_arg(TAKER_EXITS, 1), atoi(T_PID));
	closes(self, T_TASK, "-", AT(74));
	EXPECT_TOLD("nobody made that call");
}

TEST_F(judge, closed_after_who_got_it_is_gone)
{
	does_instead(self, VERB_GIVE, pass_arg(TAKER_EXITS, 1), atoi(T_PID));
	self->history.ended[SIDE_SERVER] = 80000000;
	closes(self, T_TASK, "exit", AT(85));
	EXPECT_TOLD("closed by an exit, but not then");
}

TEST_F(judge, closed_by_somebody_else)
{
	does_instead(self, VERB_GIVE, pass_arg(TAKER_CLOSES, 1), atoi(T_PID) + 1);
	closes(self, T_TASK, "-", AT(74));
	EXPECT_TOLD("who asked is " T_PID);
}

TEST_F(judge, closed_on_its_way)
{
	does_instead(self, VERB_GIVE, pass_arg(TAKER_NOBODY, 1), 0);
	EXPECT_AGREES();
}

TEST_F(judge, closed_later_than_on_its_way)
{
	does_instead(self, VERB_GIVE, pass_arg(TAKER_NOBODY, 1), 0);
	closes(self, S_TASK, "exit", AT(74));
	EXPECT_TOLD("act 4 has no record");
}

TEST_F(judge, shutdown_by_who_got_it_that_is_missing)
{
	does_instead(self, VERB_GIVE, pass_arg(TAKER_SHUTS, 1), atoi(T_PID));
	closes(self, T_TASK, "-", AT(74));
	EXPECT_TOLD("act 4: 0 records of the taker's shutdown");
}

#define READ_ONLY " why=read_side_only"

/* Two shut it down at the same time, and each has a record. */
TEST_F(judge, shutdown_by_who_got_it_and_by_who_had_it)
{
	static const char * const by[] = { T_TASK, S_TASK };
	static char text[2][SHUTWATCH_LINE_MAX];
	int i;

	self->scene.act[3] = (struct act){
		SIDE_SERVER, 1, VERB_LEND, true, pass_arg(TAKER_SHUTS, 1)
	};
	self->history.deed[3].cookie = 0xc;
	self->history.deed[3].ret = atoi(T_PID);
	does_instead(self, VERB_SHUTDOWN, SHUT_RDWR, 0);
	for (i = 0; i < 2; i++) {
		snprintf(text[i], sizeof(text[i]), "seq=%d " AT(52) "kind=call%s" OF_CHILD
			 " call=shutdown how=rdwr ret=0 state=ESTABLISHED>ESTABLISHED sent=none"
			 READ_ONLY NO_FIN " unread=5" VALUES " linger=- took=1000000" S_OWNS,
			 6 + i, by[i]);
		self->line[LINE(6 + i)] = text[i];
	}
	agrees(self);
	EXPECT_FALSE(is_told(self, "record 6: nobody made that call"));
	EXPECT_FALSE(is_told(self, "record 7: nobody made that call"));
	EXPECT_FALSE(is_told(self, "records of the taker's shutdown"));
}

/* The owner is who had it first. */
TEST_F(judge, owner_that_only_got_it)
{
	does_instead(self, VERB_GIVE, pass_arg(TAKER_CLOSES, 1), atoi(T_PID));
	closes(self, T_TASK, "-", AT(74));
	self->line[LINE(8)] = with(self->line[LINE(8)], S_OWNS,
				   " owner=" T_PID " ocomm=" S_COMM);
	EXPECT_TOLD("record 8: the owner is " T_PID);
}

/* ---- io_uring ---- */

#define WORKER	" pid=" S_PID " comm=iou-wrk-" S_PID

TEST_F(judge, closed_by_a_ring)
{
	does_instead(self, VERB_URING_CLOSE, 0, 0);
	EXPECT_AGREES();
}

TEST_F(judge, closed_later_by_a_ring)
{
	does_instead(self, VERB_URING_CLOSE, 0, 0);
	closes(self, S_TASK, "-", AT(74));
	EXPECT_TOLD("act 4 has no record");
}

TEST_F(judge, closed_later_by_a_worker)
{
	does_instead(self, VERB_URING_CLOSE, 1, 0);
	closes(self, WORKER, "-", AT(74));
	EXPECT_AGREES();
}

TEST_F(judge, closed_by_the_worker_of_another)
{
	does_instead(self, VERB_URING_CLOSE, 1, 0);
	closes(self, " pid=" C_PID " comm=iou-wrk-" C_PID, "-", AT(74));
	EXPECT_TOLD("record 5: who asked is " C_PID);
}

TEST_F(judge, closed_by_a_thread_of_the_kernel)
{
	does_instead(self, VERB_URING_RECV, 5, 0);
	closes(self, " ctx=kthread pid=7 comm=kworker/1:1", "-", AT(95));
	EXPECT_AGREES();
}

TEST_F(judge, closed_by_a_thread_of_the_kernel_for_nothing)
{
	closes(self, " ctx=kthread pid=7 comm=kworker/1:1", "-", AT(54));
	EXPECT_TOLD("who asked is 7");
}

TEST_F(judge, recv_in_flight_that_is_never_closed)
{
	does_instead(self, VERB_URING_RECV, 5, 0);
	self->line[LINE(8)] = NULL;
	EXPECT_TOLD("0 records of its close");
}

TEST_F(judge, shutdown_by_a_ring_that_is_missing)
{
	self->scene.act[3] = (struct act){
		SIDE_CLIENT, 1, VERB_URING_SHUTDOWN, true, uring_shutdown_arg(SHUT_RD, true)
	};
	EXPECT_TOLD("act 3 has no record: .c1.uring_shutdown");
}

/* A call by a ring keeps the socket for a moment longer. */
TEST_F(judge, closed_while_a_ring_lets_go)
{
	self->scene.act[3] = (struct act){
		SIDE_SERVER, 1, VERB_URING_SHUTDOWN, true, uring_shutdown_arg(SHUT_RD, false)
	};
	self->history.deed[3].cookie = 0xc;
	closes(self, WORKER, "-", AT(74));
	agrees(self);
	EXPECT_FALSE(is_told(self, "act 4 has no record"));
	EXPECT_FALSE(is_told(self, "record 8"));
}

/* When the process ends, a worker may be the last of its threads. */
static void ends_with_a_worker(struct _test_data_judge *self)
{
	self->line[LINE(11)] = with(lines[LINE(11)], C_TASK,
				    " pid=" C_PID " comm=iou-wrk-" C_PID);
}

TEST_F(judge, exit_of_a_worker)
{
	self->scene.act[5].verb = VERB_URING_SHUTDOWN;
	ends_with_a_worker(self);
	agrees(self);
	EXPECT_FALSE(is_told(self, "record 11"));
}

#define BY_WORKER " pid=" C_PID " comm=iou-wrk-" C_PID
#define WORKER_OWNS " owner=" C_PID " ocomm=iou-wrk-" C_PID
#define ENDS_UNSEEN " call=close how=exit ret=0 state=CLOSE>CLOSE sent=none why=already_closed"
#define NO_VALUES NO_FIN " unread=0" VALUES " linger=- took=1000000"

static const char owned_by_the_first_to_call[] =
	"seq=11 " AT(73) "kind=call" BY_WORKER OF_CLIENT ENDS_UNSEEN NO_VALUES WORKER_OWNS;
static const char owned_by_another[] =
	"seq=11 " AT(73) "kind=call" C_TASK OF_CLIENT ENDS_UNSEEN NO_VALUES WORKER_OWNS;

/* Nobody has seen the connect(). */
static void connects_unseen(struct _test_data_judge *self)
{
	static const int seen[] = { 2, 3, 6, 7 };
	size_t i;

	for (i = 0; i < sizeof(seen) / sizeof(*seen); i++)
		self->line[LINE(seen[i])] = NULL;
}

TEST_F(judge, owner_that_was_the_first_to_call)
{
	connects_unseen(self);
	self->line[LINE(11)] = owned_by_the_first_to_call;
	agrees(self);
	EXPECT_FALSE(is_told(self, "record 11: the owner"));
}

TEST_F(judge, owner_that_was_not_the_first_to_call)
{
	connects_unseen(self);
	self->line[LINE(11)] = owned_by_another;
	EXPECT_TOLD("record 11: the owner is " C_PID);
}

TEST_F(judge, owner_that_was_the_first_to_call_of_what_has_connected)
{
	self->line[LINE(11)] = owned_by_the_first_to_call;
	EXPECT_TOLD("record 11: the owner is " C_PID);
}

TEST_F(judge, exit_of_a_worker_of_none)
{
	ends_with_a_worker(self);
	EXPECT_TOLD("record 11: who asked is " C_PID);
}

/* ---- a firewall ---- */

/* The RST is the router's: nobody captures it, and the server tells of none. */
static void is_rejected(struct _test_data_judge *self)
{
	*self->packet[THE_RST].src = '\0';
	self->scene.apart = true;
	self->scene.act[3] = (struct act){
		SIDE_CLIENT, 1, VERB_FIREWALL, true, FIREWALL_REJECT
	};
	agrees(self);
	self->view->remarks.count = 0;
	judge_resets(self->view);
}

TEST_F(judge, RST_of_the_router)
{
	is_rejected(self);
	EXPECT_EQ(0, self->view->remarks.count);
}

TEST_F(judge, RST_of_the_router_before_it_rejects)
{
	self->history.deed[3].from = 53000000;
	is_rejected(self);
	EXPECT_TRUE(is_told(self, "record 6: a RST that is not on the wire"));
}

TEST_F(judge, RST_of_the_router_for_what_another_sends)
{
	self->history.deed[3].cookie = 0xc;
	is_rejected(self);
	EXPECT_TRUE(is_told(self, "record 6: a RST that is not on the wire"));
}

TEST_F(judge, RST_that_nobody_sent)
{
	*self->packet[THE_RST].src = '\0';
	self->line[LINE(8)] = NULL;
	agrees(self);
	EXPECT_TRUE(is_told(self, "record 6: a RST that is not on the wire"));
}

/* The host of the server drops the RST, before it is on the wire: TCP is told. */
static void is_walled(struct _test_data_judge *self)
{
	self->scene.act[3] = (struct act){
		SIDE_SERVER, 1, VERB_FIREWALL, true, FIREWALL_OWN_DROP
	};
	self->history.deed[3].cookie = 0xc;
	*self->packet[THE_RST].src = '\0';
	self->line[LINE(8)] = with(lines[LINE(8)], "sent=RST", "sent=none");
	agrees(self);
}

TEST_F(judge, RST_that_its_own_host_drops)
{
	is_walled(self);
	EXPECT_FALSE(is_told(self, "record 8"));
	EXPECT_FALSE(is_told(self, "on the wire, but"));
}

TEST_F(judge, RST_that_nobody_drops)
{
	*self->packet[THE_RST].src = '\0';
	CHANGE(8, "sent=RST", "sent=none");
	EXPECT_TOLD("record 8: it cannot be: call by=close sent=none why=unread_data");
}

TEST_F(judge, RST_that_is_dropped_before_it_is_asked_for)
{
	self->history.deed[3].from = 55000000;
	is_walled(self);
	EXPECT_TRUE(is_told(self, "record 8: it cannot be"));
}

TEST_F(judge, RST_that_the_host_of_another_drops)
{
	is_walled(self);
	self->history.deed[3].cookie = 0xb;
	self->view->remarks.count = 0;
	judge_reasons(self->view);
	EXPECT_TRUE(is_told(self, "record 8: it cannot be"));
}

TEST_F(judge, RST_that_is_told_and_dropped)
{
	is_walled(self);
	self->line[LINE(8)] = lines[LINE(8)];
	self->view->nr_records = 0;
	self->view->nr_packets = 0;
	self->view->nr_sockets = 0;
	self->view->remarks.count = 0;
	EXPECT_TOLD("record 8 tells of a RST");
}

/* ---- what vanishes ---- */

#define ACT_VANISH	3

/* Before the server closes: its RST has no way out. */
static void vanishes(struct _test_data_judge *self, enum side side, enum vanish what)
{
	self->scene.own_way = true;
	self->scene.act[ACT_VANISH] = (struct act){ side, 1, VERB_VANISH, true, what };
	self->history.deed[ACT_VANISH].ret = 0;
	self->history.deed[ACT_VANISH].to = self->history.deed[ACT_VANISH].from + 2000000;
	*self->packet[THE_RST].src = '\0';
	self->line[LINE(8)] = with(lines[LINE(8)], "sent=RST", "sent=none");
}

/* The RST that the client got is somebody else's then: that is told, of record 6. */
#define EXPECT_CUT_OFF()						\
	EXPECT_FALSE(!agrees(self) && is_told(self, "record 8"))	\
		TH_LOG("told: %s", self->view->remarks.text[0])

#define EXPECT_NOT_CUT_OFF()						\
	EXPECT_TOLD("record 8: it cannot be: call by=close sent=none why=unread_data")

TEST_F(judge, RST_without_a_local_address)
{
	vanishes(self, SIDE_CLIENT, VANISH_ADDRESS);
	EXPECT_CUT_OFF();
}

/* IPv4 keeps what is local of an interface that is down, IPv6 does not. */
TEST_F(judge, RST_while_the_interface_is_down)
{
	vanishes(self, SIDE_SERVER, VANISH_DOWN);
	EXPECT_NOT_CUT_OFF();
}

TEST_F(judge, ipv6_RST_while_the_interface_is_down)
{
	vanishes(self, SIDE_SERVER, VANISH_DOWN);
	self->scene.family = FAMILY_IPV6;
	EXPECT_CUT_OFF();
}

TEST_F(judge, RST_before_anything_vanishes)
{
	vanishes(self, SIDE_SERVER, VANISH_DELETE);
	self->history.deed[ACT_VANISH].from = 55000000;
	self->history.deed[ACT_VANISH].to = 56000000;
	EXPECT_NOT_CUT_OFF();
}

TEST_F(judge, RST_although_nothing_has_vanished)
{
	vanishes(self, SIDE_SERVER, VANISH_DELETE);
	self->history.deed[ACT_VANISH].ret = -1;
	self->history.deed[ACT_VANISH].err = ENODEV;
	EXPECT_NOT_CUT_OFF();
}

/* It came back: the client's receipt is at 60 ms, the close() began at 51. */
TEST_F(judge, RST_after_all_is_back)
{
	vanishes(self, SIDE_SERVER, VANISH_DELETE);
	self->scene.act[5] = (struct act){ SIDE_SERVER, 1, VERB_VANISH, true, VANISH_BACK };
	self->history.deed[5] = (struct deed){
		.begun = true, .done = true, .from = 44000000, .to = 46000000,
	};
	EXPECT_NOT_CUT_OFF();
}

TEST_F(judge, RST_before_all_is_back)
{
	vanishes(self, SIDE_SERVER, VANISH_DELETE);
	self->scene.act[5] = (struct act){ SIDE_SERVER, 1, VERB_VANISH, true, VANISH_BACK };
	self->history.deed[5] = (struct deed){
		.begun = true, .done = true, .from = 54000000, .to = 58000000,
	};
	EXPECT_CUT_OFF();
}

/* On two hosts, what the other one loses is lost on the way. */
TEST_F(judge, RST_without_a_route_of_its_own)
{
	vanishes(self, SIDE_SERVER, VANISH_ROUTE);
	self->scene.apart = true;
	EXPECT_CUT_OFF();
}

TEST_F(judge, RST_without_a_route_of_the_other)
{
	vanishes(self, SIDE_CLIENT, VANISH_ROUTE);
	self->scene.apart = true;
	EXPECT_NOT_CUT_OFF();
}

TEST_F(judge, RST_with_another_way)
{
	vanishes(self, SIDE_SERVER, VANISH_DOWN);
	self->scene.apart = true;
	self->scene.seed = 1;
	EXPECT_NOT_CUT_OFF();
}

TEST_F(judge, RST_without_another_way)
{
	vanishes(self, SIDE_SERVER, VANISH_DOWN);
	self->scene.apart = true;
	self->scene.seed = 2;
	EXPECT_CUT_OFF();
}

/* IPv6 sends from an address that it has no more. */
TEST_F(judge, ipv6_RST_without_an_address)
{
	vanishes(self, SIDE_SERVER, VANISH_ADDRESS);
	self->scene.apart = true;
	self->scene.family = FAMILY_IPV6;
	EXPECT_NOT_CUT_OFF();
}

/* Told as sent: only what was sent in that moment may be lost without a word. */
static void vanishes_in_silence(struct _test_data_judge *self, __u64 to)
{
	vanishes(self, SIDE_SERVER, VANISH_DELETE);
	self->line[LINE(8)] = lines[LINE(8)];
	self->history.deed[ACT_VANISH].to = to;
	agrees(self);
}

TEST_F(judge, RST_that_is_told_and_vanishes)
{
	vanishes_in_silence(self, 52000000);
	EXPECT_FALSE(is_told(self, "record 8"));
}

TEST_F(judge, RST_that_is_told_after_all_has_vanished)
{
	vanishes_in_silence(self, 50000000);
	EXPECT_TRUE(is_told(self, "record 8 tells of a RST"));
}

/* What is on the wire must be told, whatever has vanished. */
TEST_F(judge, RST_on_the_wire_after_all_has_vanished)
{
	vanishes(self, SIDE_SERVER, VANISH_DELETE);
	strcpy(self->packet[THE_RST].src, SERVER);
	EXPECT_TOLD("on the wire, but no record says so");
}

#define OF_NOBODY " netns=1 cookie=- local=" SERVER " remote=" CLIENT
#define TO_DATA " flags=PA segment=101 len=5"

/* An answer to a segment is given to IP, and TCP does not ask. */
static void answers_without_a_way(struct _test_data_judge *self, enum vanish what)
{
	vanishes(self, SIDE_SERVER, what);
	self->line[LINE(7)] = "seq=7 " AT(70) "kind=decision" NO_TASK OF_NOBODY
		" by=rx sent=RST why=no_socket" TO_DATA NO_OWNER;
	agrees(self);
}

TEST_F(judge, answer_without_a_way)
{
	answers_without_a_way(self, VANISH_DELETE);
	EXPECT_FALSE(is_told(self, "record 7 tells of a RST"));
}

TEST_F(judge, answer_with_a_way)
{
	answers_without_a_way(self, VANISH_DOWN);
	EXPECT_TRUE(is_told(self, "record 7 tells of a RST"));
}

/* ---- Fast Open ---- */

/* The five bytes go with the SYN, and the server closes before the last ACK. */
static void opens_fast(struct _test_data_judge *self)
{
	self->scene.act[1].arg = CONNECT_FASTOPEN + 4;
	self->history.deed[1].ret = 5;
	self->packet[0].len = 5;
	self->packet[1].ack = 106;
	*self->packet[2].src = '\0';
	*self->packet[3].src = '\0';
	self->scene.act[3] = (struct act){ SIDE_CLIENT, 1, VERB_AWAIT, true, 1 };
	self->line[LINE(4)] = NULL;
	self->line[LINE(5)] = "seq=5 " AT(51) "kind=state" S_TASK OF_CHILD
		" state=SYN_RECV>CLOSE by=close error=-" S_OWNS;
	self->line[LINE(8)] = "seq=8 " AT(54) "kind=call" S_TASK OF_CHILD
		" call=close how=- ret=0 state=SYN_RECV>CLOSE sent=RST why=unread_data" NO_FIN
		" unread=5" VALUES " linger=- took=3000000" S_OWNS;
}

TEST_F(judge, data_with_the_SYN)
{
	opens_fast(self);
	EXPECT_AGREES();
}

TEST_F(judge, closed_in_a_plain_handshake)
{
	opens_fast(self);
	self->scene.act[1].arg = 0;
	EXPECT_TOLD("record 5: no such step: SYN_RECV>CLOSE by=close");
}

TEST_F(judge, wrong_value_of_data_with_the_SYN)
{
	opens_fast(self);
	self->line[LINE(8)] = with(self->line[LINE(8)], "unread=5", "unread=0");
	EXPECT_TOLD("record 8: unread=0, by the wire it is 5");
}

#define EARLY " why=shutdown_deferred"

static void shuts_early(struct _test_data_judge *self)
{
	self->scene.act[3] = (struct act){ SIDE_SERVER, 1, VERB_SHUTDOWN, true, SHUT_WR };
	self->history.deed[3].cookie = 0xc;
	self->line[LINE(7)] = "seq=7 " AT(45) "kind=call" S_TASK OF_CHILD
		" call=shutdown how=wr ret=0 state=SYN_RECV>SYN_RECV sent=none"
		EARLY NO_FIN " unread=5" VALUES " linger=- took=1000000" S_OWNS;
	agrees(self);
}

TEST_F(judge, shutdown_before_the_handshake_is_over)
{
	opens_fast(self);
	shuts_early(self);
	EXPECT_FALSE(is_told(self, "record 7"));
}

/* The last ACK waits behind the lock that shutdown() has. */
TEST_F(judge, shutdown_while_the_handshake_ends)
{
	opens_fast(self);
	shuts_early(self);
	self->line[LINE(7)] = with(self->line[LINE(7)],
				   "SYN_RECV>SYN_RECV sent=none" EARLY NO_FIN,
				   "SYN_RECV>FIN_WAIT1 sent=FIN" EARLY " fin=sent");
	self->view->remarks.count = 0;
	agrees(self);
	EXPECT_FALSE(is_told(self, "record 7: it cannot be"));
}

TEST_F(judge, shutdown_before_a_handshake_without_data)
{
	shuts_early(self);
	EXPECT_TRUE(is_told(self, "record 7: by=shutdown why=shutdown_deferred after"));
}

/* Its SYN,ACK is not on the wire: the listener's own host drops it. */
static void shuts_without_SYN_ACK(struct _test_data_judge *self)
{
	opens_fast(self);
	*self->packet[1].src = '\0';
	self->scene.act[3] = (struct act){ SIDE_SERVER, 1, VERB_SHUTDOWN, true, SHUT_RD };
	self->history.deed[3].cookie = 0xc;
	self->line[LINE(7)] = "seq=7 " AT(45) "kind=call" S_TASK OF_CHILD
		" call=shutdown how=rd ret=0 state=SYN_RECV>SYN_RECV sent=none" READ_ONLY
		NO_FIN " unread=5" VALUES " linger=- took=1000000" S_OWNS;
	agrees(self);
}

TEST_F(judge, child_whose_SYN_ACK_its_own_host_drops)
{
	self->scene.act[5] = (struct act){
		SIDE_SERVER, 0, VERB_FIREWALL, true, FIREWALL_OWN_DROP
	};
	self->history.deed[5].from = 15000000;
	self->history.deed[5].cookie = 0xa;
	shuts_without_SYN_ACK(self);
	EXPECT_FALSE(is_told(self, "record 7"));
}

TEST_F(judge, child_whose_SYN_ACK_nobody_drops)
{
	shuts_without_SYN_ACK(self);
	EXPECT_TRUE(is_told(self, "record 7: by=shutdown why=read_side_only after"));
}

/* ---- TLS ---- */

/* What the server has not read is some bytes of a record. */
static void decrypts(struct _test_data_judge *self, int ret)
{
	self->scene.act[3] = (struct act){ SIDE_SERVER, 1, VERB_TLS, true, TLS_RECEIVES };
	self->history.deed[3].cookie = 0xc;
	self->history.deed[3].ret = ret;
	CHANGE(8, "unread=5", "unread=3");
}

TEST_F(judge, value_of_TLS)
{
	decrypts(self, 0);
	EXPECT_AGREES();
}

TEST_F(judge, value_without_TLS)
{
	decrypts(self, -1);
	EXPECT_TOLD("record 8: unread=3, by the wire it is 5");
}

TEST_F(judge, error_of_TLS)
{
	self->scene.act[3] = (struct act){ SIDE_CLIENT, 1, VERB_TLS, true, TLS_RECEIVES };
	self->history.deed[5].err = EBADMSG;
	EXPECT_AGREES();
}

TEST_F(judge, disconnect_that_TLS_refuses)
{
	self->scene.act[3] = (struct act){ SIDE_CLIENT, 1, VERB_TLS, true, TLS_RECEIVES };
	self->scene.act[5] = (struct act){ SIDE_CLIENT, 1, VERB_UNSPEC, true, 0 };
	self->history.deed[5].err = EOPNOTSUPP;
	EXPECT_AGREES();
}

TEST_F(judge, disconnect_that_nobody_refuses)
{
	self->scene.act[5] = (struct act){ SIDE_CLIENT, 1, VERB_UNSPEC, true, 0 };
	self->history.deed[5].err = EOPNOTSUPP;
	EXPECT_TOLD("act 5 has no record");
}

/* ---- MPTCP ---- */

/* Subflows of the listener, the client and the child have cookies of their own. */
#define SUB_LISTENER " netns=1 cookie=1a local=" SERVER " remote=0.0.0.0:0"
#define SUB_CLIENT " netns=1 cookie=1b local=" CLIENT " remote=" SERVER
#define SUB_CHILD " netns=1 cookie=1c local=" SERVER " remote=" CLIENT
#define OF_MPTCP_LISTENER " netns=1 cookie=2a local=" SERVER " remote=0.0.0.0:0"
#define UNKNOWN " unread=- unsent=- unacked=-"

#define CHILD_ENDS(by)							\
	"seq=5 " AT(51) "kind=state" S_TASK SUB_CHILD			\
	" state=ESTABLISHED>CLOSE by=" by " error=-" S_OWNS
#define CHILD_RESETS(why, msk)						\
	"seq=6 " AT(52) "kind=decision" S_TASK SUB_CHILD		\
	" by=mptcp state=ESTABLISHED>CLOSE sent=RST why=" why " unread=0" VALUES \
	NO_FIN S_OWNS " msk=" msk
#define CHILD_CLOSED(sent, why)						\
	"seq=8 " AT(54) "kind=call" S_TASK OF_CHILD			\
	" call=close how=- ret=0 state=ESTABLISHED>CLOSE sent=" sent " why=" why NO_FIN \
	UNKNOWN " linger=- took=3000000" S_OWNS

static void speaks_mptcp(struct _test_data_judge *self)
{
	static const char * const line[] = {
		"seq=1 " AT(11) "kind=state" S_TASK SUB_LISTENER
		" state=CLOSE>LISTEN by=listen error=-" S_OWNS,
		"seq=2 " AT(21) "kind=state" C_TASK SUB_CLIENT
		" state=CLOSE>SYN_SENT by=connect error=-" C_OWNS,
		"seq=3 " AT(22) "kind=state" NO_TASK SUB_CLIENT
		" state=SYN_SENT>ESTABLISHED by=rx error=-" C_OWNS,
		"seq=4 " AT(23) "kind=state" NO_TASK SUB_CHILD
		" state=SYN_RECV>ESTABLISHED by=rx error=-" NO_OWNER,
		CHILD_ENDS("mptcp"),
		CHILD_RESETS("unread_data", "c"),
		"seq=7 " AT(53) "kind=state" NO_TASK SUB_CLIENT
		" state=ESTABLISHED>CLOSE by=rx error=ECONNRESET" C_OWNS,
		CHILD_CLOSED("RST", "unread_data"),
		"seq=9 " AT(71) "kind=state" S_TASK SUB_LISTENER
		" state=LISTEN>CLOSE by=mptcp error=-" S_OWNS,
		/* Of the MPTCP socket itself, which nobody has asked for its cookie. */
		"seq=10 " AT(72) "kind=call" S_TASK OF_MPTCP_LISTENER
		" call=close how=exit ret=0 state=LISTEN>CLOSE sent=none why=listener_stopped"
		NO_FIN UNKNOWN " linger=- took=1000000 children=0" S_OWNS,
		"seq=11 " AT(73) "kind=call" C_TASK OF_CLIENT
		" call=close how=exit ret=0 state=CLOSE>CLOSE sent=none why=already_closed"
		NO_FIN UNKNOWN " linger=- took=1000000" C_OWNS,
	};

	self->scene.mptcp = 1 << SLOT_LISTENER | 1 << 1;
	self->history.deed[0].cookie = MPTCP_LISTENER;
	self->history.deed[2].mptcp = true;
	self->history.deed[2].peer = view_port(CLIENT);
	memcpy(self->line, line, sizeof(line));
}

TEST_F(judge, MPTCP)
{
	speaks_mptcp(self);
	EXPECT_AGREES();
}

TEST_F(judge, subflow_of_another)
{
	speaks_mptcp(self);
	self->line[LINE(6)] = CHILD_RESETS("unread_data", "b");
	EXPECT_TOLD("record 6: a subflow of b, but it is one of c");
}

TEST_F(judge, RST_that_only_the_call_tells)
{
	speaks_mptcp(self);
	self->line[LINE(6)] = NULL;
	EXPECT_TOLD("on the wire, but no record says so");
}

TEST_F(judge, RST_that_the_call_does_not_tell)
{
	speaks_mptcp(self);
	self->line[LINE(8)] = CHILD_CLOSED("none", "data_fin");
	EXPECT_TOLD("record 8: sent=none, but by its subflow it was RST");
}

TEST_F(judge, swapped_reason_of_MPTCP)
{
	speaks_mptcp(self);
	self->line[LINE(6)] = CHILD_RESETS("linger_zero", "c");
	EXPECT_TOLD("record 6: by=mptcp why=linger_zero after what was done");
}

TEST_F(judge, FIN_of_MPTCP_for_a_shutdown_of_the_other_side)
{
	speaks_mptcp(self);
	self->scene.act[3] = (struct act){ SIDE_SERVER, 1, VERB_SHUTDOWN, true, SHUT_RD };
	self->history.deed[3].cookie = 0xc;
	self->line[LINE(6)] = "seq=6 " AT(52) "kind=decision" NO_TASK SUB_CHILD
		" by=mptcp state=ESTABLISHED>FIN_WAIT1 sent=FIN why=shutdown_write unread=0"
		VALUES " fin=sent" S_OWNS " msk=c";
	EXPECT_TOLD("record 6: by=mptcp why=shutdown_write after what was done");
}

/* Of a child that its listener takes with it. */
#define CHILD_TAKEN(state)						\
	"seq=6 " AT(52) "kind=decision" NO_TASK SUB_CHILD		\
	" by=listener state=" state " sent=RST why=listener_stopped unread=0" VALUES \
	NO_FIN S_OWNS

/* The listener's RST changes nothing, a segment does, and tells it. */
TEST_F(judge, RST_for_a_child_that_a_segment_tells)
{
	speaks_mptcp(self);
	self->line[LINE(6)] = CHILD_TAKEN("ESTABLISHED>ESTABLISHED");
	agrees(self);
	EXPECT_FALSE(is_told(self, "record 6: who asked"));
}

TEST_F(judge, RST_for_a_child_that_nobody_asked_for)
{
	speaks_mptcp(self);
	self->line[LINE(6)] = CHILD_TAKEN("ESTABLISHED>CLOSE");
	EXPECT_TOLD("record 6: who asked is - -");
}

TEST_F(judge, RST_for_a_child_without_MPTCP_that_a_segment_tells)
{
	speaks_mptcp(self);
	self->scene.mptcp = 0;
	self->line[LINE(6)] = CHILD_TAKEN("ESTABLISHED>ESTABLISHED");
	EXPECT_TOLD("record 6: who asked is - -");
}

TEST_F(judge, MPTCP_does_what_it_does_not)
{
	self->line[LINE(5)] = "seq=5 " AT(51) "kind=state" S_TASK OF_CHILD
		" state=ESTABLISHED>CLOSE by=mptcp error=-" S_OWNS;
	EXPECT_TOLD("record 5: no such step: ESTABLISHED>CLOSE by=mptcp");
}

TEST_F(judge, MPTCP_socket_that_is_not_closed)
{
	speaks_mptcp(self);
	self->line[LINE(10)] = NULL;
	EXPECT_TOLD("cookie 4000000000000000: 0 records of its close");
}

/* ---- paths ---- */

#define SEGMENTS	128

/* What the judge says of a batch whose segments have all come like that. */
static int path_remarks(enum path path, const char *how)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	char *line[SEGMENTS], text[SHUTWATCH_LINE_MAX];
	struct remarks remarks = {};
	int i;

	if (!batch)
		abort();
	snprintf(text, sizeof(text), "seq=3 " AT(22) "kind=state %s" NO_TASK OF_CLIENT
		 " state=SYN_SENT>ESTABLISHED by=rx error=-" C_OWNS, how);
	for (i = 0; i < SEGMENTS; i++)
		line[i] = text;
	batch->line = line;
	batch->nr_lines = SEGMENTS;
	batch->world.path = path;
	strcpy(batch->places.place[SIDE_CLIENT].netns, "1");
	judge_paths(&remarks, batch);
	free(batch);
	return remarks.count;
}

TEST(segments_come_by_their_path)
{
	EXPECT_EQ(0, path_remarks(PATH_VETH, "cpu=0 ctx=softirq"));
	EXPECT_EQ(0, path_remarks(PATH_TAP, "cpu=0 ctx=task"));
	EXPECT_EQ(0, path_remarks(PATH_TAP_NAPI, "cpu=0 ctx=softirq"));
	EXPECT_EQ(0, path_remarks(PATH_THREADED, "cpu=0 ctx=kthread"));
	EXPECT_EQ(0, path_remarks(PATH_RPS, "cpu=1 ctx=softirq"));
}

TEST(segments_come_by_another_path)
{
	EXPECT_EQ(1, path_remarks(PATH_TAP, "cpu=0 ctx=softirq"));
	EXPECT_EQ(1, path_remarks(PATH_THREADED, "cpu=0 ctx=softirq"));
	EXPECT_EQ(1, path_remarks(PATH_RPS, "cpu=0 ctx=softirq"));
}

/* Without kinds a seed gives the program that it always gave. */
TEST(paths_where_they_are_asked_for)
{
	struct world plain, world;
	unsigned int seen = 0;
	__u64 seed;

	for (seed = 0; seed < 400 * WORLD_SEEDS; seed += WORLD_SEEDS) {
		generate_world(&plain, seed);
		EXPECT_EQ(PATH_VETH, plain.path);
		world = plain;
		kinds_change_world(&world, KIND_ALL & ~(KIND_PATHS | KIND_WALL | KIND_FASTOPEN |
							KIND_MIGRATE | KIND_DYING), seed);
		EXPECT_EQ(0, memcmp(&plain, &world, sizeof(world)));
		kinds_change_world(&world, KIND_PATHS, seed);
		if (!world.apart)
			EXPECT_EQ(PATH_VETH, world.path);
		seen |= 1 << world.path;
		world.path = PATH_VETH;
		EXPECT_EQ(0, memcmp(&plain, &world, sizeof(world)));
	}
	EXPECT_EQ((1 << PATHS) - 1, seen);
}

/* ---- which are played ---- */

TEST(kinds_by_name)
{
	unsigned int kinds;

	EXPECT_EQ(0, kinds_parse(&kinds, "all"));
	EXPECT_EQ(KIND_ALL, kinds);
	EXPECT_EQ(0, kinds_parse(&kinds, "none"));
	EXPECT_EQ(KIND_NONE, kinds);
	EXPECT_EQ(0, kinds_parse(&kinds, "uring,pass"));
	EXPECT_EQ(KIND_URING | KIND_PASS, kinds);
	EXPECT_EQ(-EINVAL, kinds_parse(&kinds, "uring,pas"));
	EXPECT_EQ(-EINVAL, kinds_parse(&kinds, ""));
}

/* What is left when the acts of kinds are taken out is the program without. */
TEST(kinds_leave_the_rest_as_it_is)
{
	struct scene plain, more;
	int seed, i, at;

	for (seed = 1; seed <= 200; seed++) {
		generate(&plain, seed, 0);
		generate(&more, seed, 0);
		kinds_add(&more, KIND_ALL & ~KIND_FASTOPEN);
		for (i = at = 0; i < more.nr_acts && at < plain.nr_acts; i++)
			at += !memcmp(&more.act[i], &plain.act[at], sizeof(*plain.act));
		EXPECT_EQ(plain.nr_acts, at);
	}
}

TEST(same_seed_same_acts_of_kinds)
{
	struct scene plain, one, other;
	int seed, differ = 0;

	for (seed = 1; seed <= 200; seed++) {
		generate(&plain, seed, 0);
		one = plain;
		other = plain;
		kinds_add(&one, KIND_ALL);
		kinds_add(&other, KIND_ALL);
		EXPECT_EQ(0, memcmp(&one, &other, sizeof(one)));
		differ += !!memcmp(&one, &plain, sizeof(one));
	}
	/* All but those that are full. */
	EXPECT_LT(190, differ);
}

TEST_HARNESS_MAIN

// SPDX-License-Identifier: GPL-2.0-only
/* format.c on the host: a line of each kind, and the longest of all. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kselftest_harness.h>

#include "format.h"
#include "shared/text.h"

const char *sw_kreason_name(unsigned int kreason)
{
	static const char longest[] = "A_REASON_THAT_IS_LONGER_THAN_ITS_ROOM";

	return kreason == 11 ? "TCP_ABORT_ON_CLOSE" :
	       kreason == 12 ? longest : NULL;
}

FIXTURE(format) {
	struct sw_record	rec;
	struct sw_kept		kept;
	char			line[SHUTWATCH_LINE_MAX];
};

FIXTURE_SETUP(format)
{
	struct sw_record *rec = &self->rec;

	memset(self->line, 0, sizeof(self->line));
	memset(&self->kept, 0, sizeof(self->kept));
	memset(rec, 0, sizeof(*rec));
	rec->seq = 41;
	rec->ts = 12345678901ULL;
	rec->kind = SHUTWATCH_KIND_CALL;
	rec->cpu = 1;
	rec->ctx = SHUTWATCH_CTX_TASK;
	rec->pid = 812;
	memcpy(rec->comm, "my prog", 7);
	rec->cookie = 0x1a;
	rec->id.netns = 4026531840U;
	memcpy(rec->id.laddr, "\x7f\0\0\x14", 4);
	memcpy(rec->id.raddr, "\x7f\0\0\x01", 4);
	rec->id.lport = 8000;
	rec->id.rport = 48072;
	rec->by = SHUTWATCH_BY_CLOSE;
	rec->outcome.before = SHUTWATCH_TCP_ESTABLISHED;
	rec->outcome.after = SHUTWATCH_TCP_CLOSE;
	rec->outcome.sent = SHUTWATCH_SENT_RST;
	rec->outcome.why = SHUTWATCH_WHY_UNREAD_DATA;
	rec->v.unread = 5;
	rec->v.linger = SW_LINGER_OFF;
	rec->aux = 51234;
	rec->owner.pid = 900;
	memcpy(rec->owner.comm, "server", 6);
}

FIXTURE_TEARDOWN(format)
{
}

/* The module copies lines by their length: they have no end of their own. */
static void end_line(char *line, size_t len)
{
	line[len] = 0;
}

#define COMMON(kind)							\
	"seq=41 ts=12.345678901 kind=" kind " cpu=1 ctx=task pid=812 "	\
	"comm=my\\040prog netns=4026531840 cookie=1a "			\
	"local=127.0.0.20:8000 remote=127.0.0.1:48072 "

#define OWNER	" owner=900 ocomm=server"

#define EXPECT_LINE(text)						\
do {									\
	size_t len = sw_format_record(self->line, &self->rec,	\
				      &self->kept);			\
	end_line(self->line, len);					\
	EXPECT_STREQ(text "\n", self->line);				\
} while (0)

TEST_F(format, call)
{
	EXPECT_LINE(COMMON("call")
		    "call=close how=- ret=0 state=ESTABLISHED>CLOSE sent=RST why=unread_data fin=- unread=5 unsent=0 unacked=0 linger=- took=51234"
		    OWNER);
}

TEST_F(format, call_with_everything)
{
	self->rec.by = SHUTWATCH_BY_SHUTDOWN;
	self->rec.outcome.how = SHUTWATCH_HOW_RDWR;
	self->rec.err = -EBUSY;
	self->rec.outcome.fin = SHUTWATCH_FIN_QUEUED;
	self->rec.v.linger = 0;
	self->rec.children = 3;
	self->rec.outcome.kreason = 11;
	self->rec.outcome.flags = SW_RECORD_CHILDREN | SW_RECORD_KREASON;
	EXPECT_LINE(COMMON("call")
		    "call=shutdown how=rdwr ret=EBUSY state=ESTABLISHED>CLOSE sent=RST why=unread_data fin=queued unread=5 unsent=0 unacked=0 linger=0 took=51234 children=3 kreason=TCP_ABORT_ON_CLOSE"
		    OWNER);
}

TEST_F(format, errno_without_a_name)
{
	self->rec.err = -999;
	end_line(self->line, sw_format_record(self->line, &self->rec, &self->kept));
	EXPECT_NE(NULL, strstr(self->line, " ret=-999 "));
}

TEST_F(format, decision)
{
	self->rec.kind = SHUTWATCH_KIND_DECISION;
	self->rec.by = SHUTWATCH_BY_LISTENER;
	self->rec.outcome.why = SHUTWATCH_WHY_LISTENER_STOPPED;
	self->rec.aux = 0x18;
	self->rec.outcome.flags = SW_RECORD_PARENT;
	EXPECT_LINE(COMMON("decision")
		    "by=listener state=ESTABLISHED>CLOSE sent=RST why=listener_stopped unread=5 unsent=0 unacked=0 fin=- parent=18"
		    OWNER);
}

TEST_F(format, decision_of_nobody)
{
	self->rec.kind = SHUTWATCH_KIND_DECISION;
	self->rec.cookie = 0;
	self->rec.pid = 0;
	self->rec.ctx = SHUTWATCH_CTX_SOFTIRQ;
	self->rec.by = SHUTWATCH_BY_RX;
	self->rec.outcome.before = SHUTWATCH_TCP_NONE;
	self->rec.outcome.after = SHUTWATCH_TCP_NONE;
	self->rec.outcome.why = SHUTWATCH_WHY_NO_SOCKET;
	self->rec.outcome.flags = SW_RECORD_NO_VALUES | SW_RECORD_KREASON;
	self->rec.outcome.kreason = 99;
	self->rec.owner.pid = 0;
	EXPECT_LINE("seq=41 ts=12.345678901 kind=decision cpu=1 ctx=softirq pid=- comm=- netns=4026531840 cookie=- local=127.0.0.20:8000 remote=127.0.0.1:48072 by=rx state=- sent=RST why=no_socket unread=- unsent=- unacked=- fin=- kreason=99 owner=- ocomm=- flags=- segment=- len=-");
}

TEST_F(format, state)
{
	self->rec.kind = SHUTWATCH_KIND_STATE;
	self->rec.by = SHUTWATCH_BY_RX;
	self->rec.outcome.after = SHUTWATCH_TCP_CLOSE_WAIT;
	EXPECT_LINE(COMMON("state") "state=ESTABLISHED>CLOSE_WAIT by=rx error=-" OWNER);
}

TEST_F(format, state_of_an_end)
{
	self->rec.kind = SHUTWATCH_KIND_STATE;
	self->rec.by = SHUTWATCH_BY_TIMER;
	self->rec.err = ETIMEDOUT;
	EXPECT_LINE(COMMON("state") "state=ESTABLISHED>CLOSE by=timer error=ETIMEDOUT" OWNER);
}

TEST_F(format, reset)
{
	self->rec.kind = SHUTWATCH_KIND_RESET;
	self->rec.err = EPIPE;
	EXPECT_LINE(COMMON("reset") "state=ESTABLISHED>CLOSE error=EPIPE" OWNER);
}

TEST_F(format, reset_of_a_mini_socket)
{
	self->rec.kind = SHUTWATCH_KIND_RESET;
	self->rec.outcome.before = SHUTWATCH_TCP_TIME_WAIT;
	EXPECT_LINE(COMMON("reset") "state=TIME_WAIT>CLOSE error=-" OWNER);
}

#define DECIDED	"sent=RST why=unread_data unread=5 unsent=0 unacked=0 fin=-" OWNER

/* What provoked it is told of what a segment or a timer did, and of nothing else. */
TEST_F(format, trigger)
{
	self->rec.kind = SHUTWATCH_KIND_DECISION;
	self->rec.trigger.segment.seen = 1;
	self->rec.trigger.segment.seq = 4294967295U;
	self->rec.trigger.segment.len = 1448;
	self->rec.trigger.segment.flags = 0x19;
	self->rec.by = SHUTWATCH_BY_RX;
	EXPECT_LINE(COMMON("decision") "by=rx state=ESTABLISHED>CLOSE " DECIDED
		    " flags=FPA segment=4294967295 len=1448");
	self->rec.by = SHUTWATCH_BY_MPTCP;
	self->rec.msk = 0x1b;
	self->rec.outcome.flags = SW_RECORD_MSK;
	EXPECT_LINE(COMMON("decision") "by=mptcp state=ESTABLISHED>CLOSE " DECIDED
		    " msk=1b");
	memset(&self->rec.trigger, 0, sizeof(self->rec.trigger));
	self->rec.outcome.flags = 0;
	self->rec.by = SHUTWATCH_BY_TIMER;
	self->rec.trigger.timer.user_timeout = 30000;
	self->rec.trigger.timer.probes = 9;
	self->rec.trigger.timer.orphans = 4096;
	EXPECT_LINE(COMMON("decision") "by=timer state=ESTABLISHED>CLOSE " DECIDED
		    " user_timeout=30000 probes=9 retries=0 orphans=4096");
}

TEST_F(format, lost)
{
	self->rec.kind = SHUTWATCH_KIND_LOST;
	self->rec.aux = 13;
	EXPECT_LINE("seq=41 ts=- kind=lost cpu=- ctx=- pid=- comm=- netns=- cookie=- local=- remote=- count=13");
}

/* It is of no socket and no task, but of a moment and a CPU. */
TEST_F(format, skipped)
{
	self->rec.kind = SHUTWATCH_KIND_SKIPPED;
	self->rec.by = SHUTWATCH_WHAT_PROBE;
	self->rec.aux = 13;
	EXPECT_LINE("seq=41 ts=12.345678901 kind=skipped cpu=1 ctx=- pid=- comm=- netns=- cookie=- local=- remote=- what=probe count=13");
	self->rec.by = SHUTWATCH_WHAT_KPROBES_OFF;
	self->rec.aux = 0;
	EXPECT_LINE("seq=41 ts=12.345678901 kind=skipped cpu=1 ctx=- pid=- comm=- netns=- cookie=- local=- remote=- what=kprobes_off count=0");
}

TEST_F(format, values_out_of_range)
{
	self->rec.outcome.before = 200;
	self->rec.outcome.why = 200;
	end_line(self->line, sw_format_record(self->line, &self->rec, &self->kept));
	EXPECT_NE(NULL, strstr(self->line, " state=->CLOSE "));
	EXPECT_NE(NULL, strstr(self->line, " why=- "));
}

/* Every field at its longest: the line still fits. */
static void fill_up(struct sw_record *rec, __u8 kind, __u8 by)
{
	memset(rec, 0xff, sizeof(*rec));
	rec->kind = kind;
	rec->by = by;
	rec->ctx = SHUTWATCH_CTX_KTHREAD;
	rec->outcome.how = SHUTWATCH_HOW_RDWR;
	rec->outcome.before = SHUTWATCH_TCP_NEW_SYN_RECV;
	rec->outcome.after = SHUTWATCH_TCP_NEW_SYN_RECV;
	rec->outcome.sent = SHUTWATCH_SENT_NONE;
	rec->outcome.why = SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN;
	rec->outcome.fin = SHUTWATCH_FIN_QUEUED;
	rec->err = -ECONNREFUSED;
	rec->v.linger = 0x7fffffff;
	rec->outcome.kreason = 12;
	rec->outcome.flags = SW_RECORD_IPV6 | SW_RECORD_PARENT | SW_RECORD_MSK |
			  SW_RECORD_CHILDREN | SW_RECORD_KREASON;
}

TEST_F(format, longest_line_fits)
{
	static const struct {
		__u8	kind, by;
	} try[] = {
		{ SHUTWATCH_KIND_CALL, SHUTWATCH_BY_CONNECT_UNSPEC },
		{ SHUTWATCH_KIND_DECISION, SHUTWATCH_BY_RX },
		{ SHUTWATCH_KIND_DECISION, SHUTWATCH_BY_TIMER },
		{ SHUTWATCH_KIND_STATE, SHUTWATCH_BY_CONNECT_UNSPEC },
		{ SHUTWATCH_KIND_RESET, SHUTWATCH_BY_RX },
	};
	unsigned int i;
	size_t len;

	for (i = 0; i < ARRAY_SIZE(try); i++) {
		fill_up(&self->rec, try[i].kind, try[i].by);
		len = sw_format_record(self->line, &self->rec, &self->kept);
		EXPECT_LT(len + SW_TEXT_SLACK, sizeof(self->line))
			TH_LOG("kind %d by %d: %zu", try[i].kind, try[i].by, len);
		EXPECT_EQ('\n', self->line[len - 1]);
	}
}

/* A text kept from an earlier line is dropped when the value changes. */
TEST_F(format, nothing_stale_is_kept)
{
	static const struct {
		__u64		ts;
		__u32		netns;
		const char	*text;
	} try[] = {
		{ 12345678901ULL, 4026531840U, " ts=12.345678901 " },
		{ 12999999999ULL, 4026531840U, " ts=12.999999999 " },
		{ 13000000000ULL, 4026531841U, " ts=13.000000000 " },
		{ 12000000001ULL, 4026531840U, " ts=12.000000001 " },
		{ 0, 0, " ts=0.000000000 " },
		{ 4294967296000000007ULL, 7, " ts=4294967296.000000007 " },
	};
	char netns[32];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(try); i++) {
		self->rec.ts = try[i].ts;
		self->rec.id.netns = try[i].netns;
		end_line(self->line, sw_format_record(self->line, &self->rec, &self->kept));
		EXPECT_NE(NULL, strstr(self->line, try[i].text))
			TH_LOG("%s", self->line);
		snprintf(netns, sizeof(netns), " netns=%u ", try[i].netns);
		EXPECT_NE(NULL, strstr(self->line, netns))
			TH_LOG("%s", self->line);
	}
}

TEST_F(format, socket)
{
	struct sw_sockinfo info = {
		.cookie = 0x1a,
		.id = self->rec.id,
		.path = 0x1456,
		.since = 12345678901ULL,
		.owner = self->rec.owner,
		.state = SHUTWATCH_TCP_TIME_WAIT,
		.shut = SHUTWATCH_HOW_RDWR,
		.ended = {
			.by = SHUTWATCH_BY_SHUTDOWN,
			.how = SHUTWATCH_HOW_RDWR,
			.sent = SHUTWATCH_SENT_FIN,
			.why = SHUTWATCH_WHY_SHUTDOWN_WRITE,
			.fin = SHUTWATCH_FIN_SENT,
		},
		.last = {
			.by = SHUTWATCH_BY_CLOSE,
			.how = SHUTWATCH_HOW_EXIT,
			.why = SHUTWATCH_WHY_FIN_ALREADY_SENT,
		},
	};

	end_line(self->line, sw_format_sockinfo(self->line, &info, &self->kept));
	EXPECT_STREQ("netns=4026531840 cookie=1a local=127.0.0.20:8000 remote=127.0.0.1:48072"
		     OWNER
		     " state=TIME_WAIT since=12.345678901 path=ESTABLISHED>FIN_WAIT1>FIN_WAIT2>TIME_WAIT shut=rdwr call=shutdown how=rdwr sent=FIN why=shutdown_write fin=sent last=close last_how=exit last_sent=none last_why=fin_already_sent\n",
		     self->line);
}

TEST_F(format, socket_untouched)
{
	struct sw_sockinfo info = {
		.cookie = 0x1a,
		.id = self->rec.id,
		.path = 0x31,
		.state = SHUTWATCH_TCP_ESTABLISHED,
	};

	end_line(self->line, sw_format_sockinfo(self->line, &info, &self->kept));
	EXPECT_STREQ("netns=4026531840 cookie=1a local=127.0.0.20:8000 remote=127.0.0.1:48072 owner=- ocomm=- state=ESTABLISHED since=- path=SYN_RECV>ESTABLISHED shut=- call=- how=- sent=- why=- fin=- last=- last_how=- last_sent=- last_why=-\n",
		     self->line);
}

TEST_F(format, longest_path_fits)
{
	static const struct sw_ending longest = {
		.by = SHUTWATCH_BY_CONNECT_UNSPEC,
		.how = SHUTWATCH_HOW_RDWR,
		.sent = SHUTWATCH_SENT_NONE,
		.why = SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN,
		.fin = SHUTWATCH_FIN_QUEUED,
	};
	struct sw_sockinfo info;
	size_t len;

	memset(&info, 0xff, sizeof(info));
	info.ipv6 = true;
	info.path = 0xccccccccccccccccULL;	/* NEW_SYN_RECV, sixteen times */
	info.state = SHUTWATCH_TCP_NEW_SYN_RECV;
	info.shut = SHUTWATCH_HOW_RDWR;
	info.ended = longest;
	info.last = longest;
	len = sw_format_sockinfo(self->line, &info, &self->kept);
	EXPECT_LT(len + SW_TEXT_SLACK, sizeof(self->line)) TH_LOG("%zu", len);
	EXPECT_EQ('\n', self->line[len - 1]);
}

TEST_F(format, total)
{
	struct sw_total total = {
		.count = 12,
		.by = SHUTWATCH_BY_CLOSE,
		.sent = SHUTWATCH_SENT_RST,
		.why = SHUTWATCH_WHY_UNREAD_DATA,
	};

	end_line(self->line, sw_format_total(self->line, &total));
	EXPECT_STREQ("by=close sent=RST why=unread_data count=12\n", self->line);
	total.by = SHUTWATCH_BY_NONE;
	end_line(self->line, sw_format_total(self->line, &total));
	EXPECT_STREQ("by=- sent=RST why=unread_data count=12\n", self->line);
}

TEST_HARNESS_MAIN

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small program and all that is seen of it, which agrees; tests change a part of
 * it and look what the judge says.
 */
#ifndef JUDGE_FIXTURE_H
#define JUDGE_FIXTURE_H

#include <kselftest_harness.h>

#include <errno.h>
#include <stdlib.h>

#include "flows.h"
#include "judges.h"

#define CLIENT	"127.0.0.1:10001"
#define SERVER	"127.0.0.1:10000"

#define C_PID	"40"
#define S_PID	"41"
#define C_COMM	"torture\\040client"
#define S_COMM	"torture\\040server"

#define C_TASK	" pid=" C_PID " comm=" C_COMM
#define S_TASK	" pid=" S_PID " comm=" S_COMM
#define NO_TASK	" pid=- comm=-"
#define C_OWNS	" owner=" C_PID " ocomm=" C_COMM
#define S_OWNS	" owner=" S_PID " ocomm=" S_COMM
#define NO_OWNER " owner=- ocomm=-"

#define OF_LISTENER " netns=1 cookie=a local=" SERVER " remote=0.0.0.0:0"
#define OF_CLIENT " netns=1 cookie=b local=" CLIENT " remote=" SERVER
#define OF_CHILD " netns=1 cookie=c local=" SERVER " remote=" CLIENT

/* A time for each record: what acts make stands between their times. */
#define AT(ms)	"ts=0.0" #ms "000000 "

/*
 * The client sends five bytes, the server closes without having read them, and
 * then both exit.
 */
static const struct act acts[] = {
	{ SIDE_SERVER, 0, VERB_LISTEN, true, 8 },
	{ SIDE_CLIENT, 1, VERB_CONNECT, true, 0 },
	{ SIDE_SERVER, 1, VERB_ACCEPT, true, 0 },
	{ SIDE_CLIENT, 1, VERB_SEND, true, 5 },
	{ SIDE_SERVER, 1, VERB_CLOSE, true, 0 },
	{ SIDE_CLIENT, 1, VERB_RECV, true, 5 },
};

#define DEED(ret_, err_, ms, cookie_)					\
	{								\
		.begun = true, .done = true, .ret = ret_, .err = err_,	\
		.from = (ms) * 1000000, .to = (ms) * 1000000 + 9000000,	\
		.cookie = cookie_,					\
	}

static const struct deed deeds[] = {
	DEED(0, 0, 10, 0xa),
	DEED(0, 0, 20, 0xb),
	DEED(0, 0, 30, 0xc),
	DEED(5, 0, 40, 0xb),
	DEED(0, 0, 50, 0xc),
	DEED(-1, ECONNRESET, 60, 0xb),
};

#define NO_FIN " fin=-"
#define VALUES " unsent=0 unacked=0"

static const char * const lines[] = {
	"seq=1 " AT(11) "kind=state" S_TASK OF_LISTENER
	" state=CLOSE>LISTEN by=listen error=-" S_OWNS,
	"seq=2 " AT(21) "kind=state" C_TASK OF_CLIENT
	" state=CLOSE>SYN_SENT by=connect error=-" C_OWNS,
	"seq=3 " AT(22) "kind=state" NO_TASK OF_CLIENT
	" state=SYN_SENT>ESTABLISHED by=rx error=-" C_OWNS,
	"seq=4 " AT(23) "kind=state" NO_TASK OF_CHILD
	" state=SYN_RECV>ESTABLISHED by=rx error=-" NO_OWNER,
	"seq=5 " AT(51) "kind=state" S_TASK OF_CHILD
	" state=ESTABLISHED>CLOSE by=close error=-" S_OWNS,
	"seq=6 " AT(52) "kind=reset" NO_TASK OF_CLIENT
	" state=ESTABLISHED>CLOSE error=ECONNRESET" C_OWNS,
	"seq=7 " AT(53) "kind=state" NO_TASK OF_CLIENT
	" state=ESTABLISHED>CLOSE by=rx error=ECONNRESET" C_OWNS,
	"seq=8 " AT(54) "kind=call" S_TASK OF_CHILD
	" call=close how=- ret=0 state=ESTABLISHED>CLOSE sent=RST why=unread_data" NO_FIN
	" unread=5" VALUES " linger=- took=3000000" S_OWNS,
	"seq=9 " AT(71) "kind=state" S_TASK OF_LISTENER
	" state=LISTEN>CLOSE by=close error=-" S_OWNS,
	"seq=10 " AT(72) "kind=call" S_TASK OF_LISTENER
	" call=close how=exit ret=0 state=LISTEN>CLOSE sent=none why=listener_stopped" NO_FIN
	" unread=0" VALUES " linger=- took=1000000 children=0" S_OWNS,
	"seq=11 " AT(73) "kind=call" C_TASK OF_CLIENT
	" call=close how=exit ret=0 state=CLOSE>CLOSE sent=none why=already_closed" NO_FIN
	" unread=0" VALUES " linger=- took=1000000" C_OWNS,
};

#define LINES		(sizeof(lines) / sizeof(*lines))
#define LINE(seq)	((seq) - 1)

static const struct packet packets[] = {
	{ CLIENT, SERVER, .number = 100, .flags = PACKET_SYN },
	{ SERVER, CLIENT, .number = 500, .ack = 101, .flags = PACKET_SYN | PACKET_ACK },
	{ CLIENT, SERVER, .number = 101, .ack = 501, .flags = PACKET_ACK },
	{ CLIENT, SERVER, .number = 101, .ack = 501, .len = 5, .flags = PACKET_PSH | PACKET_ACK },
	{ SERVER, CLIENT, .number = 501, .ack = 106, .flags = PACKET_ACK },
	{ SERVER, CLIENT, .number = 501, .ack = 106, .flags = PACKET_RST | PACKET_ACK },
};

#define PACKETS		(sizeof(packets) / sizeof(*packets))
#define THE_RST		(PACKETS - 1)

FIXTURE(judge) {
	struct scene scene;
	struct history history;
	struct view *view;
	const char *line[LINES];
	struct packet packet[PACKETS];
};

FIXTURE_SETUP(judge)
{
	self->view = calloc(1, sizeof(*self->view));
	ASSERT_NE(NULL, self->view);
	memset(&self->scene, 0, sizeof(self->scene));
	memset(&self->history, 0, sizeof(self->history));
	self->scene.nr_clients = 1;
	self->scene.nr_acts = sizeof(acts) / sizeof(*acts);
	memcpy(self->scene.act, acts, sizeof(acts));
	memcpy(self->history.deed, deeds, sizeof(deeds));
	self->history.pid[SIDE_CLIENT] = atoi(C_PID);
	self->history.pid[SIDE_SERVER] = atoi(S_PID);
	self->history.ended[SIDE_CLIENT] = 90000000;
	self->history.ended[SIDE_SERVER] = 90000000;
	memcpy(self->line, lines, sizeof(lines));
	memcpy(self->packet, packets, sizeof(packets));
}

FIXTURE_TEARDOWN(judge)
{
	free(self->view);
}

/* A line or a packet that was taken away is one that is not there. */
static bool agrees(struct _test_data_judge *self)
{
	static struct flows flows;
	struct view *view = self->view;
	size_t i;

	memset(&flows, 0, sizeof(flows));
	view->scene = &self->scene;
	view->history = &self->history;
	for (i = 0; i < LINES; i++) {
		if (self->line[i])
			view_add_record(view, self->line[i]);
	}
	for (i = 0; i < PACKETS; i++) {
		self->packet[i].seq = self->packet[i].number;
		flows_follow(&flows, &self->packet[i]);
		if (*self->packet[i].src)
			view_add_packet(view, &self->packet[i]);
	}
	judge_scene(view);
	return !view->remarks.count;
}

static bool is_told(const struct _test_data_judge *self, const char *text)
{
	int i;

	for (i = 0; i < remarks_kept(&self->view->remarks); i++) {
		if (strstr(self->view->remarks.text[i], text))
			return true;
	}
	return false;
}

#define EXPECT_TOLD(what)						\
	EXPECT_TRUE(!agrees(self) && is_told(self, what))		\
		TH_LOG("told instead: %s", self->view->remarks.text[0])

/* A line with other words in it. */
static const char *with(const char *line, const char *old, const char *new)
{
	static char text[SHUTWATCH_LINE_MAX];
	const char *at = strstr(line, old);

	if (!at)
		abort();
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - line), line, new,
		 at + strlen(old));
	return text;
}

#define CHANGE(seq, old, new)						\
	(self->line[LINE(seq)] = with(lines[LINE(seq)], old, new))

#endif /* JUDGE_FIXTURE_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * One story in every file: what "sockets" says of it while it goes on, how long
 * a call says that it took, and where the pipe begins.
 */
#include "trial_fixture.h"

#include <stdio.h>
#include <string.h>

#include "act_option.h"
#include "clock.h"
#include "module.h"
#include "netns.h"
#include "record_fields.h"
#include "stream.h"

TRIALS(view);

#define FIN	"sent=FIN why=shutdown_write fin=sent"

/* The first line of a file that is a record of this socket. */
static bool find_line(const char *name, __u64 cookie, char *line, int size,
		      struct record *record)
{
	bool found = false;
	char path[256];
	FILE *file;

	module_file(path, sizeof(path), name);
	file = fopen(path, "re");
	while (file && !found && fgets(line, size, file))
		found = !record_parse(record, line) &&
			record_cookie(record) == cookie;
	if (file)
		fclose(file);
	return found;
}

/* Two sockets, and one of them has shut down. */
static void begin(struct play *play)
{
	act_pair(play);
	act_shutdown(play, S2, SHUT_WR);
	expect_whole(play, S2, SHUTDOWN("wr")
		     "state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 " FIN);
	await_state(play, S2, SHUTWATCH_TCP_FIN_WAIT2);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED rx CLOSE_WAIT");
	expect_path(play, S2, "SYN_RECV rx ESTABLISHED shutdown FIN_WAIT1 rx FIN_WAIT2");
}

/* When the last transition of a socket was, as its record says. */
static void last_transition(const struct actor *actor, char ts[40])
{
	struct record r;
	struct scan scan;

	*ts = '\0';
	scan_begin(&scan, SHUTWATCH_FILE_EVENTS);
	while (scan_next(&scan, &r)) {
		if (record_cookie(&r) == actor->cookie &&
		    record_is(&r, SHUTWATCH_KEY_KIND, "state"))
			snprintf(ts, 40, "%s", record_get(&r, SHUTWATCH_KEY_TS));
	}
	scan_end(&scan);
}

/**
 * struct row - what the line of a socket says, as in the file
 * @state: now
 * @path: so far
 * @shut: sides
 * @ended: call how sent why fin
 * @last: last last_how last_sent last_why
 */
struct row {
	const char *state;
	const char *path;
	const char *shut;
	const char *ended;
	const char *last;
};

static void check_row(struct __test_metadata *_metadata, struct play *play,
		      enum who who, const struct row *row)
{
	const struct actor *actor = &play->actor[who];
	char line[SHUTWATCH_LINE_MAX], wanted[SHUTWATCH_LINE_MAX], ts[40];
	struct record r;

	ASSERT_TRUE(find_line(SHUTWATCH_FILE_SOCKETS, actor->cookie, line,
			      sizeof(line), &r));
	last_transition(actor, ts);
	snprintf(wanted, sizeof(wanted),
		 "netns=%llu cookie=%llx local=%s remote=%s owner=%d ocomm=%s state=%s since=%s path=%s shut=%s %s %s\n",
		 netns_inode(), actor->cookie, actor->local, actor->remote,
		 play->pid, play->comm, row->state, ts, row->path, row->shut,
		 row->ended, row->last);
	EXPECT_STREQ(wanted, line);
}

TEST_F(view, sockets)
{
	const struct row listens = {
		"LISTEN", "CLOSE>LISTEN", "-", "call=- how=- sent=- why=- fin=-",
		"last=- last_how=- last_sent=- last_why=-",
	};
	const struct row finished = {
		"CLOSE_WAIT", "CLOSE>SYN_SENT>ESTABLISHED>CLOSE_WAIT", "-",
		"call=- how=- sent=- why=- fin=-",
		"last=- last_how=- last_sent=- last_why=-",
	};
	const struct row shut = {
		"FIN_WAIT2", "SYN_RECV>ESTABLISHED>FIN_WAIT1>FIN_WAIT2", "wr",
		"call=shutdown how=wr sent=FIN why=shutdown_write fin=sent",
		"last=shutdown last_how=wr last_sent=FIN last_why=shutdown_write",
	};

	begin(self->play);
	check_row(_metadata, self->play, SERVER, &listens);
	check_row(_metadata, self->play, S1, &finished);
	check_row(_metadata, self->play, S2, &shut);
}

/* What came later and ended nothing does not hide what did. */
TEST_F(view, sockets_last)
{
	const struct row row = {
		"FIN_WAIT2", "SYN_RECV>ESTABLISHED>FIN_WAIT1>FIN_WAIT2", "rdwr",
		"call=shutdown how=wr sent=FIN why=shutdown_write fin=sent",
		"last=shutdown last_how=rd last_sent=none last_why=read_side_only",
	};

	begin(self->play);
	act_shutdown(self->play, S2, SHUT_RD);
	expect_whole(self->play, S2, SHUTDOWN("rd")
		     "state=FIN_WAIT2>FIN_WAIT2 sent=none why=read_side_only");
	check_row(_metadata, self->play, S2, &row);
}

/* A connect() that cannot even begin ends it, too. */
TEST_F(view, sockets_without_a_port)
{
	struct play *play = self->play;
	const struct row failed = {
		"CLOSE", "CLOSE>SYN_SENT>CLOSE", "-",
		"call=connect how=- sent=none why=- fin=-",
		"last=- last_how=- last_sent=- last_why=-",
	};

	act_sysctl(play, "ipv4/ip_local_port_range", "60000 60000");
	act_pair(play);
	act_connect(play, S, NULL, EADDRNOTAVAIL);
	strcpy(play->actor[S].local, play->actor[S1].local);
	strcpy(strrchr(play->actor[S].local, ':'), ":0");
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	expect_path(play, S1, "CLOSE connect SYN_SENT rx ESTABLISHED");
	expect_path(play, S2, "SYN_RECV rx ESTABLISHED");
	expect_path(play, S, "CLOSE connect SYN_SENT connect CLOSE");
	check_row(_metadata, play, S, &failed);
}

/* A RST behind a FIN is what ended it. */
TEST_F(view, sockets_reset)
{
	const struct row reset = {
		"CLOSE", "CLOSE>SYN_SENT>ESTABLISHED>CLOSE_WAIT>CLOSE", "-",
		"call=rx how=- sent=none why=- fin=-",
		"last=- last_how=- last_sent=- last_why=-",
	};
	const struct row resets = {
		"CLOSE", "SYN_RECV>ESTABLISHED>FIN_WAIT1>FIN_WAIT2>CLOSE", "rdwr",
		"call=rx how=- sent=RST why=data_after_shutdown fin=-",
		"last=rx last_how=- last_sent=RST last_why=data_after_shutdown",
	};

	act_pair(self->play);
	act_shutdown(self->play, S2, SHUT_RDWR);
	expect_whole(self->play, S2, SHUTDOWN("rdwr")
		     "state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 " FIN);
	await_state(self->play, S2, SHUTWATCH_TCP_FIN_WAIT2);
	act_send(self->play, S1, "x");
	expect_whole(self->play, S2, DECISION("rx")
		     "state=FIN_WAIT2>CLOSE sent=RST why=data_after_shutdown");
	await_state(self->play, S1, SHUTWATCH_TCP_CLOSE);
	expect_whole(self->play, S1, RESET "state=CLOSE_WAIT>CLOSE error=EPIPE");
	expect_path(self->play, SERVER, "CLOSE listen LISTEN");
	expect_path(self->play, S1,
		    "CLOSE connect SYN_SENT rx ESTABLISHED rx CLOSE_WAIT rx CLOSE");
	expect_path(self->play, S2,
		    "SYN_RECV rx ESTABLISHED shutdown FIN_WAIT1 rx FIN_WAIT2 rx CLOSE");
	check_row(_metadata, self->play, S1, &reset);
	check_row(_metadata, self->play, S2, &resets);
}

/* Between the program's own two looks at the clock. */
TEST_F(view, took)
{
	const struct actor *s2 = &self->play->actor[S2];
	__u64 before = clock_now(), after, took = 0;
	struct record r;
	struct scan scan;

	begin(self->play);
	after = clock_now();
	ASSERT_EQ(0, scan_begin(&scan, SHUTWATCH_FILE_EVENTS));
	while (!took && scan_next(&scan, &r)) {
		if (record_cookie(&r) == s2->cookie &&
		    record_is(&r, SHUTWATCH_KEY_CALL, "shutdown"))
			sscanf(record_get(&r, SHUTWATCH_KEY_TOOK), "%llu", &took);
	}
	scan_end(&scan);
	EXPECT_LT(0, took);
	EXPECT_LT(took, after - before);
}

/* As much as "events" does. */
TEST_F(view, pipe_begins_with_the_oldest)
{
	const struct actor *s2 = &self->play->actor[S2];
	char events[SHUTWATCH_LINE_MAX], line[SHUTWATCH_LINE_MAX];
	struct record r;

	begin(self->play);
	ASSERT_TRUE(find_line(SHUTWATCH_FILE_EVENTS, s2->cookie, events,
			      sizeof(events), &r));
	ASSERT_TRUE(find_line(SHUTWATCH_FILE_PIPE, s2->cookie, line,
			      sizeof(line), &r));
	EXPECT_STREQ(events, line);
}

TRIALS_MAIN_RECORDS;

// SPDX-License-Identifier: GPL-2.0-only
/*
 * One story in every file: what "sockets" says of it while it goes on, how long
 * a call says that it took, and where the pipe begins.
 */
#include "trial_fixture.h"

#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "module.h"
#include "record_fields.h"

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

TEST_F(view, sockets)
{
	const struct actor *s2 = &self->play->actor[S2];
	char line[SHUTWATCH_LINE_MAX];
	struct record r;

	begin(self->play);
	ASSERT_TRUE(find_line(SHUTWATCH_FILE_SOCKETS, s2->cookie, line,
			      sizeof(line), &r));
	EXPECT_STREQ(s2->local, record_get(&r, SHUTWATCH_KEY_LOCAL));
	EXPECT_STREQ(s2->remote, record_get(&r, SHUTWATCH_KEY_REMOTE));
	EXPECT_STREQ(self->play->comm, record_get(&r, SHUTWATCH_KEY_COMM));
	EXPECT_STREQ("FIN_WAIT2", record_get(&r, SHUTWATCH_KEY_STATE));
	EXPECT_STREQ("SYN_RECV>ESTABLISHED>FIN_WAIT1>FIN_WAIT2",
		     record_get(&r, SHUTWATCH_KEY_PATH));
	EXPECT_STREQ("wr", record_get(&r, SHUTWATCH_KEY_SHUT));
	EXPECT_STREQ("shutdown", record_get(&r, SHUTWATCH_KEY_CALL));
	EXPECT_STREQ("wr", record_get(&r, SHUTWATCH_KEY_HOW));
	EXPECT_STREQ("FIN", record_get(&r, SHUTWATCH_KEY_SENT));
	EXPECT_STREQ("shutdown_write", record_get(&r, SHUTWATCH_KEY_WHY));
}

/* Between the program's own two looks at the clock. */
TEST_F(view, took)
{
	const struct actor *s2 = &self->play->actor[S2];
	__u64 before = clock_now(), after, took = 0;
	char line[SHUTWATCH_LINE_MAX];
	char path[256];
	struct record r;
	FILE *file;

	begin(self->play);
	after = clock_now();
	module_file(path, sizeof(path), SHUTWATCH_FILE_EVENTS);
	file = fopen(path, "re");
	ASSERT_NE(NULL, file);
	while (!took && fgets(line, sizeof(line), file)) {
		if (!record_parse(&r, line) && record_cookie(&r) == s2->cookie &&
		    record_is(&r, SHUTWATCH_KEY_CALL, "shutdown"))
			sscanf(record_get(&r, SHUTWATCH_KEY_TOOK), "%llu", &took);
	}
	fclose(file);
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

TRIALS_MAIN;

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of the judge: does it tell each sort of disagreement, and none where there is
 * none?  Of the generator: does a seed bring its program back?  Neither needs
 * the module.
 */
#include "judge_fixture.h"

#include "generate.h"
#include "kinds.h"

TEST_F(judge, all_that_happened)
{
	EXPECT_TRUE(agrees(self))
		TH_LOG("%s", self->view->remarks.text[0]);
}

TEST_F(judge, swapped_reason)
{
	CHANGE(8, "unread_data", "linger_zero");
	EXPECT_TOLD("record 8: by=close why=linger_zero");
}

TEST_F(judge, reason_that_is_none)
{
	CHANGE(8, "unread_data", "keepalive_timeout");
	EXPECT_TOLD("record 8: it cannot be");
}

static void rejected_by_nobody(struct _test_data_judge *self)
{
	self->line[LINE(8)] = "seq=8 " AT(54) "kind=decision" NO_TASK
		" netns=1 cookie=- local=" SERVER " remote=" CLIENT
		" by=rx sent=RST why=no_socket" NO_FIN NO_OWNER;
	agrees(self);
}

/* A side that has waited too long for the other goes on without it. */
TEST_F(judge, connect_before_listen)
{
	self->history.deed[0].to = 80 * 1000000;
	self->scene.act[4].verb = VERB_AWAIT;
	rejected_by_nobody(self);
	EXPECT_FALSE(is_told(self, "by=rx why=no_socket after what was done"));
}

TEST_F(judge, no_socket_where_somebody_listens)
{
	self->scene.act[4].verb = VERB_AWAIT;
	self->line[LINE(5)] = NULL;
	self->line[LINE(7)] = NULL;
	rejected_by_nobody(self);
	EXPECT_TRUE(is_told(self, "by=rx why=no_socket after what was done"));
}

static void does_not_fit(struct _test_data_judge *self)
{
	self->line[LINE(8)] = "seq=8 " AT(54) "kind=decision" NO_TASK OF_CHILD
		" state=LISTEN>LISTEN by=rx sent=RST why=bad_handshake" NO_FIN " unread=0"
		VALUES S_OWNS;
	agrees(self);
}

TEST_F(judge, handshake_of_one_SYN)
{
	does_not_fit(self);
	EXPECT_TRUE(is_told(self, "by=rx why=bad_handshake after what was done"));
}

TEST_F(judge, handshake_of_a_SYN_that_came_twice)
{
	self->packet[2] = self->packet[0];
	does_not_fit(self);
	EXPECT_FALSE(is_told(self, "why=bad_handshake"));
}

TEST_F(judge, unknown_reason)
{
	CHANGE(8, "unread_data", "unknown");
	EXPECT_TOLD("record 8: it cannot be");
}

/* Both ends hear, and no router loses anything. */
TEST_F(judge, timeout_without_silence)
{
	self->line[LINE(8)] = "seq=8 " AT(54) "kind=decision" NO_TASK OF_CHILD
		" state=ESTABLISHED>CLOSE by=timer sent=RST why=keepalive_timeout" NO_FIN
		" unread=5" VALUES S_OWNS;
	EXPECT_TOLD("record 8: by=timer why=keepalive_timeout after what was done");
}

TEST_F(judge, timeout_when_an_end_is_deaf)
{
	self->scene.act[0] = (struct act){ SIDE_SERVER, 1, VERB_KEEPALIVE, true, 1 };
	self->history.deed[0].cookie = 0xc;
	self->scene.act[3] = (struct act){ SIDE_CLIENT, 1, VERB_DEAF, true, 1 };
	self->line[LINE(8)] = "seq=8 " AT(54) "kind=decision" NO_TASK OF_CHILD
		" state=ESTABLISHED>CLOSE by=timer sent=RST why=keepalive_timeout" NO_FIN
		" unread=5" VALUES S_OWNS;
	agrees(self);
	EXPECT_FALSE(is_told(self, "keepalive_timeout"));
}

static void retries_run_out(struct _test_data_judge *self)
{
	self->line[LINE(8)] = "seq=8 " AT(54) "kind=decision" NO_TASK OF_CLIENT
		" state=SYN_SENT>CLOSE by=timer sent=none why=retries_exhausted" NO_FIN
		" unread=0" VALUES C_OWNS;
	agrees(self);
}

TEST_F(judge, SYN_that_a_full_queue_drops)
{
	self->scene.act[0].arg = 0;
	retries_run_out(self);
	EXPECT_FALSE(is_told(self, "retries_exhausted"));
}

TEST_F(judge, SYN_that_nobody_drops)
{
	retries_run_out(self);
	EXPECT_TRUE(is_told(self, "by=timer why=retries_exhausted after what was done"));
}

/* What was shut down was no listener then, and the child is a copy. */
TEST_F(judge, FIN_for_the_shutdown_of_a_listener)
{
	self->scene.act[3] = (struct act){ SIDE_SERVER, 0, VERB_SHUTDOWN, true, SHUT_WR };
	self->history.deed[3].cookie = 0xa;
	self->line[LINE(8)] = "seq=8 " AT(54) "kind=decision" NO_TASK OF_CHILD
		" state=ESTABLISHED>FIN_WAIT1 by=rx sent=FIN why=shutdown_deferred fin=sent" VALUES
		S_OWNS;
	agrees(self);
	EXPECT_TRUE(is_told(self, "why=shutdown_deferred after what was done"));
	self->history.deed[3].err = ENOTCONN;
	self->view->remarks.count = 0;
	judge_reasons(self->view);
	EXPECT_EQ(0, self->view->remarks.count);
}

/* It was destroyed, and listens again. */
static void listens_again(struct _test_data_judge *self, int err)
{
	self->scene.act[3] = (struct act){ SIDE_SERVER, 0, VERB_DESTROY, true, 0 };
	self->history.deed[3].cookie = 0xa;
	self->history.deed[3].err = err;
	self->line[LINE(8)] = "seq=8 " AT(54) "kind=decision" NO_TASK OF_CHILD
		" state=ESTABLISHED>FIN_WAIT1 by=rx sent=FIN why=shutdown_deferred fin=sent" VALUES
		S_OWNS;
	agrees(self);
}

TEST_F(judge, FIN_for_a_listener_that_was_destroyed)
{
	listens_again(self, 0);
	EXPECT_FALSE(is_told(self, "why=shutdown_deferred after what was done"));
}

TEST_F(judge, FIN_for_a_listener_that_was_not)
{
	listens_again(self, ENOENT);
	EXPECT_TRUE(is_told(self, "why=shutdown_deferred after what was done"));
}

TEST_F(judge, missing_record_of_a_RST)
{
	self->line[LINE(8)] = NULL;
	EXPECT_TOLD("on the wire, but no record says so");
}

TEST_F(judge, missing_record_of_a_call)
{
	self->line[LINE(8)] = NULL;
	EXPECT_TOLD("act 4 has no record");
}

TEST_F(judge, missing_record_of_an_exit)
{
	self->line[LINE(11)] = NULL;
	EXPECT_TOLD("0 records of its close");
}

TEST_F(judge, call_that_nobody_made)
{
	CHANGE(8, "call=close how=-", "call=shutdown how=wr");
	EXPECT_TOLD("record 8: nobody made that call");
}

TEST_F(judge, call_at_another_time)
{
	CHANGE(8, AT(54), AT(74));
	EXPECT_TOLD("act 4 has no record");
}

TEST_F(judge, call_that_returned_something_else)
{
	CHANGE(8, "ret=0", "ret=ENOTCONN");
	EXPECT_TOLD("act 4 has no record");
}

TEST_F(judge, missing_packet)
{
	*self->packet[THE_RST].src = '\0';
	EXPECT_TOLD("record 8 tells of a RST");
}

TEST_F(judge, gap_in_the_states)
{
	self->line[LINE(3)] = NULL;
	EXPECT_TOLD("but it was in SYN_SENT");
}

TEST_F(judge, birth_that_is_missing)
{
	self->line[LINE(2)] = NULL;
	EXPECT_TOLD("a life that begins with");
}

TEST_F(judge, end_that_is_missing)
{
	self->line[LINE(9)] = NULL;
	EXPECT_TOLD("cookie a: it ends in LISTEN");
}

TEST_F(judge, step_for_another_cause)
{
	CHANGE(4, "by=rx", "by=timer");
	EXPECT_TOLD("record 4: no such step");
}

TEST_F(judge, call_with_a_state_that_was_not)
{
	CHANGE(8, "state=ESTABLISHED>CLOSE", "state=CLOSE_WAIT>CLOSE");
	EXPECT_TOLD("record 8: CLOSE_WAIT>CLOSE was no part of its life");
}

/* From connect() to TIME_WAIT, and then on with the same socket. */
static void connect_beside_time_wait(struct _test_data_judge *self)
{
	self->line[LINE(5)] = "seq=5 " AT(51) "kind=state" C_TASK OF_CLIENT
		" state=ESTABLISHED>FIN_WAIT1 by=shutdown error=-" C_OWNS;
	self->line[LINE(6)] = "seq=6 " AT(52) "kind=state" NO_TASK OF_CLIENT
		" state=FIN_WAIT1>TIME_WAIT by=rx error=-" C_OWNS;
	self->line[LINE(7)] = "seq=7 " AT(70) "kind=state" C_TASK OF_CLIENT
		" state=CLOSE>SYN_SENT by=connect error=-" C_OWNS;
	self->line[LINE(8)] = "seq=8 " AT(71) "kind=state" C_TASK OF_CLIENT
		" state=TIME_WAIT>CLOSE by=connect error=-" C_OWNS;
	self->line[LINE(9)] = "seq=9 " AT(72) "kind=state" NO_TASK OF_CLIENT
		" state=SYN_SENT>CLOSE by=rx error=ECONNREFUSED" C_OWNS;
	agrees(self);
	self->view->remarks.count = 0;
	judge_states(self->view);
}

TEST_F(judge, connection_beside_TIME_WAIT)
{
	self->scene.act[5].verb = VERB_UNSPEC;
	connect_beside_time_wait(self);
	EXPECT_FALSE(is_told(self, "cookie b"));
	EXPECT_FALSE(is_told(self, "but it was in"));
}

TEST_F(judge, connection_beside_TIME_WAIT_without_AF_UNSPEC)
{
	connect_beside_time_wait(self);
	EXPECT_TRUE(is_told(self, "from CLOSE to SYN_SENT, but it was in TIME_WAIT"));
}

TEST_F(judge, TIME_WAIT_that_does_not_end)
{
	self->scene.act[5].verb = VERB_UNSPEC;
	connect_beside_time_wait(self);
	EXPECT_FALSE(is_told(self, "stay in TIME_WAIT"));
	self->view->nr_records = 0;
	self->line[LINE(8)] = NULL;
	agrees(self);
	EXPECT_TRUE(is_told(self, "cookie b: 1 stay in TIME_WAIT"));
}

TEST_F(judge, wrong_owner)
{
	CHANGE(8, S_OWNS, C_OWNS);
	EXPECT_TOLD("record 8: the owner is 40");
}

TEST_F(judge, owner_before_accept)
{
	CHANGE(4, NO_OWNER, S_OWNS);
	EXPECT_TOLD("record 4: the owner is 41");
}

TEST_F(judge, no_owner)
{
	CHANGE(7, C_OWNS, NO_OWNER);
	EXPECT_TOLD("record 7: the owner is -");
}

TEST_F(judge, wrong_task)
{
	CHANGE(8, S_TASK, C_TASK);
	EXPECT_TOLD("record 8: who asked is 40");
}

TEST_F(judge, task_that_did_not_ask)
{
	CHANGE(7, NO_TASK, S_TASK);
	EXPECT_TOLD("record 7: who asked is 41");
}

TEST_F(judge, wrong_value)
{
	CHANGE(8, "unread=5", "unread=4");
	EXPECT_TOLD("record 8: unread=4, by the wire it is 5");
}

/* Two of the five bytes were taken, before or after the record. */
static void receive_meanwhile(struct _test_data_judge *self, const char *unread)
{
	self->scene.act[0] = (struct act){ SIDE_SERVER, 1, VERB_RECV, true, 2 };
	self->history.deed[0] = (struct deed)DEED(2, 0, 49, 0xc);
	CHANGE(8, "unread=5", unread);
	agrees(self);
}

TEST_F(judge, value_before_recv_that_is_under_way)
{
	receive_meanwhile(self, "unread=5");
	EXPECT_FALSE(is_told(self, "by the wire it is"));
}

TEST_F(judge, value_after_recv_that_is_under_way)
{
	receive_meanwhile(self, "unread=3");
	EXPECT_FALSE(is_told(self, "by the wire it is"));
}

TEST_F(judge, wrong_value_while_recv_is_under_way)
{
	receive_meanwhile(self, "unread=4");
	EXPECT_TRUE(is_told(self, "unread=4, by the wire it is 3"));
}

/* Its first number may be another's, see judge_values.c. */
TEST_F(judge, value_after_a_SYN_cookie)
{
	self->scene.cookies = true;
	CHANGE(8, "unread=5", "unread=2");
	EXPECT_TRUE(agrees(self))
		TH_LOG("%s", self->view->remarks.text[0]);
}

TEST_F(judge, wrong_value_after_a_SYN_cookie)
{
	self->scene.cookies = true;
	CHANGE(8, "unread=5", "unread=1");
	EXPECT_TOLD("record 8: unread=1, by the wire it is 5");
}

TEST_F(judge, error_that_the_program_did_not_get)
{
	self->history.deed[5].err = EPIPE;
	EXPECT_TOLD("record 6: error=ECONNRESET, but the program got EPIPE");
}

TEST_F(judge, error_that_no_record_explains)
{
	self->history.deed[3].ret = -1;
	self->history.deed[3].err = ETIMEDOUT;
	EXPECT_TOLD("act 3: .c1.send(5) got ETIMEDOUT, and no record says why");
}

TEST(totals_that_grew_by_something_else)
{
	struct sums before = {}, after = {}, told = {};
	struct remarks remarks = {};
	struct record r;

	ASSERT_EQ(0, record_parse(&r, lines[LINE(8)]));
	sums_record(&told, &r);
	sums_record(&before, &r);
	sums_record(&after, &r);
	sums_judge(&remarks, &before, &after, &told);
	EXPECT_EQ(1, remarks.count);
	EXPECT_FALSE(sums_agrees(&before, &after, &told));
	sums_record(&after, &r);
	EXPECT_TRUE(sums_agrees(&before, &after, &told));
}

/* The records above, and counters that agree with them. */
static struct batch *played_batch(void)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	struct record r;
	size_t i;

	if (!batch)
		abort();
	batch->line = (char **)lines;
	batch->nr_lines = LINES;
	batch->places.count = 1;
	strcpy(batch->places.place[0].netns, "1");
	for (i = 0; i < LINES; i++) {
		if (record_parse(&r, lines[i]))
			abort();
		sums_record(&batch->after.sums, &r);
		mib_tell(&batch->after.mib, &r);
	}
	return batch;
}

static int batch_remarks(struct batch *batch, const char *text)
{
	struct remarks remarks = {};

	judge_batch(&remarks, batch);
	return remarks.count == 1 ? !!strstr(remarks.text[0], text) : -remarks.count;
}

TEST(batch_that_agrees)
{
	struct batch *batch = played_batch();

	EXPECT_EQ(0, batch_remarks(batch, ""));
	free(batch);
}

TEST(batch_of_which_probes_were_skipped)
{
	struct batch *batch = played_batch();
	char *line[LINES + 1];

	memcpy(line, lines, sizeof(lines));
	line[LINES] = "seq=12 " AT(80) "kind=skipped cpu=0 ctx=-" NO_TASK
		" netns=- cookie=- local=- remote=- what=probe count=2";
	EXPECT_EQ(0, batch_skipped(batch));
	EXPECT_TRUE(batch_is_told_of_skipped(batch));
	batch->after.still[STILL_NMISSED] = 2;
	EXPECT_EQ(2, batch_skipped(batch));
	EXPECT_FALSE(batch_is_told_of_skipped(batch));
	EXPECT_EQ(1, batch_remarks(batch, "the module's nmissed. went from 0 to 2"));
	batch->line = line;
	batch->nr_lines++;
	EXPECT_TRUE(batch_is_told_of_skipped(batch));
	EXPECT_GT(0, batch_remarks(batch, ""));
	free(batch);
}

TEST(batch_that_does_not)
{
	struct batch *batch = played_batch();

	batch->left = 2;
	EXPECT_EQ(1, batch_remarks(batch, "2 sockets are left"));
	batch->left = 0;
	batch->after.still[STILL_UNKNOWN] = 1;
	EXPECT_EQ(1, batch_remarks(batch, "the module's unknown went from 0 to 1"));
	batch->after.still[STILL_UNKNOWN] = 0;
	batch->after.mib.count[MIB_OUT_RSTS]++;
	EXPECT_EQ(1, batch_remarks(batch, "OutRsts grew by 2, the records say 1"));
	batch->after.mib.count[MIB_OUT_RSTS]--;
	batch->after.sums.of[SHUTWATCH_BY_CLOSE][SHUTWATCH_SENT_RST]
			     [SHUTWATCH_WHY_UNREAD_DATA]++;
	EXPECT_EQ(1, batch_remarks(batch, "why=unread_data grew by 2"));
	free(batch);
}

TEST(same_seed_same_program)
{
	struct scene one, other;
	int seed, differ = 0;

	for (seed = 1; seed <= 1000; seed++) {
		generate(&one, seed, 3);
		generate(&other, seed, 3);
		EXPECT_EQ(0, memcmp(&one, &other, sizeof(one)));
		generate(&other, seed + 1, 3);
		differ += !!memcmp(&one.act, &other.act, sizeof(one.act));
	}
	EXPECT_EQ(1000, differ);
}

TEST(seeds_use_every_verb)
{
	bool seen[VERBS] = {};
	struct scene scene;
	int seed, i;

	for (seed = 1; seed <= 1000; seed++) {
		generate(&scene, seed, 0);
		kinds_add(&scene, KIND_ALL);
		for (i = 0; i < scene.nr_acts; i++)
			seen[scene.act[i].verb] = true;
	}
	for (i = 0; i < VERBS; i++)
		EXPECT_TRUE(seen[i]);
}

/* The one that is printed is the one that is played, on whichever machine. */
TEST(a_seed_is_for_good)
{
	struct scene scene;
	char text[64];

	generate(&scene, 5, 0);
	EXPECT_EQ(FAMILY_MAPPED, scene.family);
	ASSERT_EQ(29, scene.nr_acts);
	scene_act_print(&scene.act[11], text, sizeof(text));
	EXPECT_STREQ(".c1.user_timeout(1462)", text);
	scene_act_print(&scene.act[28], text, sizeof(text));
	EXPECT_STREQ(" s1.await(20)", text);
}

TEST_HARNESS_MAIN

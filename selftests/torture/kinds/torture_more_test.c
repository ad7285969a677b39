// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of the kinds that change what a socket is part of: a group of listeners, a BPF map,
 * a namespace that dies.  Does the judge know what each may do, and what not?  Does not
 * need the module.
 */
#include "judge_fixture.h"

#include <sys/socket.h>

#include "generate.h"
#include "kinds.h"
#include "migrate.h"
#include "sockmap.h"

#define EXPECT_NOT_TOLD(what)						\
	EXPECT_FALSE(is_told(self, what))

/* ---- listeners in a group ---- */

#define ACT_OTHER	2
#define ACT_BETWEEN	3
#define ACT_STOP	4
#define ACT_CLOSE	4
#define OTHER_HAS_IT	"reset by listener a, but d can have it"

static void is_done(struct _test_data_judge *self, int at, enum side side, int slot,
		    enum verb verb, int arg, __u64 cookie)
{
	self->scene.act[at] = (struct act){ side, slot, verb, true, arg };
	self->history.deed[at].cookie = cookie;
	self->history.deed[at].ret = 0;
}

#define LISTENER_ENDS	" call=close how=- ret=0 state=LISTEN>CLOSE sent=none why=listener_stopped"
#define CHILD_ENDS	" state=ESTABLISHED>CLOSE by=listener sent=RST why=listener_stopped"
#define NOTHING_UNREAD	NO_FIN " unread=5" VALUES

static const char child_reset[] =
	"seq=8 " AT(54) "kind=decision" S_TASK OF_CHILD CHILD_ENDS NOTHING_UNREAD
	" parent=a" NO_OWNER;

/*
 * A listens, and B, of @side; a client connects, and before anybody accepts, A stops:
 * its child is reset.
 */
static void stops_beside_another(struct _test_data_judge *self, enum side side)
{
	self->scene.group = true;
	self->scene.migrates = true;
	is_done(self, ACT_OTHER, side, SLOT_OTHER, VERB_LISTEN, 8, 0xd);
	is_done(self, ACT_STOP, SIDE_SERVER, SLOT_LISTENER, VERB_CLOSE, 0, 0xa);
	self->line[LINE(5)] = "seq=5 " AT(51) "kind=state" S_TASK OF_CHILD
		" state=ESTABLISHED>CLOSE by=listener error=-" NO_OWNER;
	self->line[LINE(8)] = child_reset;
	self->line[LINE(9)] = "seq=9 " AT(50) "kind=state" S_TASK OF_LISTENER
		" state=LISTEN>CLOSE by=close error=-" S_OWNS;
	self->line[LINE(10)] = "seq=10 " AT(57) "kind=call" S_TASK OF_LISTENER LISTENER_ENDS
		NO_FIN " unread=0" VALUES " linger=- took=6000000 children=1" S_OWNS;
}

static void child_is_reset(struct _test_data_judge *self, const char *old, const char *new)
{
	self->line[LINE(8)] = with(child_reset, old, new);
}

TEST_F(judge, reset_although_another_listens)
{
	stops_beside_another(self, SIDE_SERVER);
	EXPECT_TOLD(OTHER_HAS_IT);
}

TEST_F(judge, reset_although_another_process_listens)
{
	stops_beside_another(self, SIDE_CLIENT);
	EXPECT_TOLD(OTHER_HAS_IT);
}

TEST_F(judge, reset_without_migration)
{
	stops_beside_another(self, SIDE_SERVER);
	self->scene.migrates = false;
	agrees(self);
	EXPECT_NOT_TOLD("reset by listener");
}

TEST_F(judge, reset_before_another_listens)
{
	stops_beside_another(self, SIDE_SERVER);
	self->history.deed[ACT_OTHER].to = 51 * 1000000;
	agrees(self);
	EXPECT_NOT_TOLD("reset by listener");
}

TEST_F(judge, reset_when_another_did_not_get_to_listen)
{
	stops_beside_another(self, SIDE_SERVER);
	self->history.deed[ACT_OTHER].err = EADDRINUSE;
	agrees(self);
	EXPECT_NOT_TOLD("reset by listener");
}

TEST_F(judge, reset_when_another_has_stopped)
{
	stops_beside_another(self, SIDE_SERVER);
	is_done(self, ACT_BETWEEN, SIDE_SERVER, SLOT_OTHER, VERB_SHUTDOWN, SHUT_RD, 0xd);
	agrees(self);
	EXPECT_NOT_TOLD("reset by listener");
}

TEST_F(judge, reset_when_the_process_of_another_has_ended)
{
	stops_beside_another(self, SIDE_CLIENT);
	self->history.deed[ACT_STOP + 1].begun = false;
	agrees(self);
	EXPECT_NOT_TOLD("reset by listener");
}

/* A child that is being made is of the listener that its last ACK has met. */
TEST_F(judge, reset_while_it_is_made)
{
	stops_beside_another(self, SIDE_SERVER);
	child_is_reset(self, "ESTABLISHED>", "SYN_RECV>");
	agrees(self);
	EXPECT_NOT_TOLD("reset by listener");
}

TEST_F(judge, reset_by_a_listener_that_goes_on)
{
	stops_beside_another(self, SIDE_SERVER);
	child_is_reset(self, "parent=a", "parent=d");
	EXPECT_TOLD("reset by listener d, which has not stopped");
}

TEST_F(judge, reset_by_no_listener)
{
	stops_beside_another(self, SIDE_SERVER);
	child_is_reset(self, "parent=a", "parent=b");
	EXPECT_TOLD("reset by listener b, which has not stopped");
}

TEST_F(judge, children_that_are_counted)
{
	stops_beside_another(self, SIDE_SERVER);
	agrees(self);
	EXPECT_NOT_TOLD("children=");
}

TEST_F(judge, children_that_are_not_counted)
{
	stops_beside_another(self, SIDE_SERVER);
	self->line[LINE(10)] = with(self->line[LINE(10)], "children=1", "children=0");
	EXPECT_TOLD("record 10: children=0, and 1 were reset");
}

TEST_F(judge, children_that_moved_and_are_counted)
{
	stops_beside_another(self, SIDE_SERVER);
	self->line[LINE(5)] = NULL;
	self->line[LINE(8)] = NULL;
	EXPECT_TOLD("record 10: children=1, and 0 were reset");
}

/* The client's listener takes along what it has got. */
TEST_F(judge, reset_by_the_client)
{
	stops_beside_another(self, SIDE_CLIENT);
	child_is_reset(self, S_TASK, C_TASK);
	agrees(self);
	EXPECT_NOT_TOLD("record 8: who asked");
}

TEST_F(judge, reset_by_the_client_without_a_group)
{
	stops_beside_another(self, SIDE_CLIENT);
	self->scene.group = false;
	child_is_reset(self, S_TASK, C_TASK);
	EXPECT_TOLD("record 8: who asked is " C_PID);
}

/* A child is one, and its owner who accepts it, whichever process that is. */
static void is_accepted_by_the_client(struct _test_data_judge *self, const char *owner)
{
	static char state[SHUTWATCH_LINE_MAX];

	self->scene.group = true;
	is_done(self, ACT_OTHER, SIDE_CLIENT, SLOT_OTHER + 1, VERB_ACCEPT, 0, 0xc);
	snprintf(state, sizeof(state), "seq=5 " AT(51) "kind=state" C_TASK OF_CHILD
		 " state=ESTABLISHED>CLOSE by=close error=-%s", owner);
	self->line[LINE(5)] = state;
	agrees(self);
}

TEST_F(judge, owner_that_is_the_client)
{
	is_accepted_by_the_client(self, C_OWNS);
	EXPECT_NOT_TOLD("record 5: the owner");
	EXPECT_NOT_TOLD("a life that begins with");
}

TEST_F(judge, owner_that_is_not_the_client)
{
	is_accepted_by_the_client(self, S_OWNS);
	EXPECT_TRUE(is_told(self, "record 5: the owner is " S_PID));
}

/* A second listener is where a first one is, and where it can hear. */
TEST(groups_where_they_are_asked_for)
{
	struct scene scene;
	int seed, i, others = 0, clients = 0;

	for (seed = 1; seed <= 4000; seed++) {
		generate(&scene, seed, 0);
		kinds_add(&scene, KIND_ALL & ~KIND_MIGRATE);
		EXPECT_FALSE(scene.group || scene.migrates);
		generate(&scene, seed, 0);
		kinds_add(&scene, KIND_MIGRATE);
		EXPECT_TRUE(scene.group);
		EXPECT_EQ(migrate_wanted(seed), scene.migrates);
		for (i = 0; i < scene.nr_acts; i++) {
			const bool other = scene.act[i].verb == VERB_LISTEN &&
					   scene.act[i].slot == SLOT_OTHER;

			others += other;
			clients += other && scene.act[i].side == SIDE_CLIENT;
			EXPECT_FALSE(scene.apart && scene.act[i].side == SIDE_CLIENT &&
				     scene.act[i].slot >= SLOT_OTHER);
		}
	}
	EXPECT_LE(4000, others);
	EXPECT_LE(1000, clients);
}

/* ---- in a BPF map ---- */

#define ACT_MORE	6
#define KWORKER		" pid=7 comm=kworker/1:1"

/* One act more, on the child while it is open: all that is seen stays as it is. */
static void is_in_a_map(struct _test_data_judge *self, enum sockmap what)
{
	is_done(self, ACT_MORE, SIDE_SERVER, 1, VERB_SOCKMAP, what, 0xc);
	self->history.deed[ACT_MORE].begun = true;
	self->history.deed[ACT_MORE].done = true;
	self->history.deed[ACT_MORE].from = 42 * 1000000;
	self->history.deed[ACT_MORE].to = 43 * 1000000;
	self->scene.nr_acts++;
}

TEST_F(judge, closed_in_a_map)
{
	is_in_a_map(self, SOCKMAP_ARRAY);
	EXPECT_TRUE(agrees(self))
		TH_LOG("%s", self->view->remarks.text[0]);
}

TEST_F(judge, closed_by_who_frees_a_map)
{
	is_in_a_map(self, SOCKMAP_FREE);
	CHANGE(8, S_TASK, KWORKER);
	EXPECT_TOLD("record 8: who asked is 7");
}

/* To let go of a map is no close() of what is in it. */
TEST_F(judge, closed_when_its_map_is)
{
	is_in_a_map(self, SOCKMAP_HASH);
	self->scene.act[ACT_CLOSE].verb = VERB_SOCKMAP;
	self->scene.act[ACT_CLOSE].arg = SOCKMAP_FREE;
	EXPECT_TOLD("record 8: nobody made that call");
}

TEST_F(judge, close_in_a_map_that_is_missing)
{
	is_in_a_map(self, SOCKMAP_HASH);
	self->line[LINE(8)] = NULL;
	EXPECT_TOLD("act 4 has no record");
}

TEST_F(judge, unread_data_in_a_map_that_are_not)
{
	is_in_a_map(self, SOCKMAP_ARRAY);
	CHANGE(8, "unread=5", "unread=0");
	EXPECT_TOLD("record 8: unread=0, by the wire it is 5");
}

TEST_F(judge, error_that_a_map_keeps_back)
{
	is_in_a_map(self, SOCKMAP_ARRAY);
	self->history.deed[5].err = EAGAIN;
	EXPECT_TOLD("record 6: error=ECONNRESET, but the program got EAGAIN");
}

/* ---- in a namespace that dies ---- */

#define RST_TO_DATA " by=rx state=FIN_WAIT1>CLOSE sent=RST why=data_after_close"
#define SEGMENT	" flags=AP segment=101 len=5"

/* Nobody looks from then on, and what the child answers is not on the wire. */
static void answers_unseen(struct _test_data_judge *self, int unseen_ms)
{
	self->history.unseen = unseen_ms * 1000000ull;
	*self->packet[THE_RST].src = '\0';
	self->line[LINE(8)] = "seq=8 " AT(54) "kind=decision" NO_TASK OF_CHILD RST_TO_DATA
		NOTHING_UNREAD S_OWNS SEGMENT;
	agrees(self);
}

TEST_F(judge, RST_that_nobody_sees)
{
	answers_unseen(self, 53);
	EXPECT_NOT_TOLD("record 8 tells");
	EXPECT_NOT_TOLD("record 8 blames");
}

TEST_F(judge, RST_that_everybody_sees)
{
	answers_unseen(self, 55);
	EXPECT_TRUE(is_told(self, "record 8 tells of a RST"));
}

TEST_F(judge, RST_that_nobody_receives)
{
	answers_unseen(self, 51);
	EXPECT_NOT_TOLD("record 6");
}

TEST_F(judge, RST_that_somebody_receives)
{
	answers_unseen(self, 53);
	EXPECT_TRUE(is_told(self, "record 6: a RST that is not on the wire"));
}

/* Both processes, of which nobody looks at what they leave. */
static void die(struct _test_data_judge *self, int client_ms, int server_ms)
{
	self->history.unseen = 40 * 1000000ull;
	self->history.ended[SIDE_CLIENT] = client_ms * 1000000ull;
	self->history.ended[SIDE_SERVER] = server_ms * 1000000ull;
	agrees(self);
}

TEST_F(judge, call_of_the_dead)
{
	die(self, 45, 53);
	EXPECT_TRUE(is_told(self, "record 8: a call, and nobody is left"));
}

TEST_F(judge, call_of_the_living)
{
	die(self, 45, 55);
	EXPECT_NOT_TOLD("record 8: a call");
}

TEST_F(judge, call_of_a_child_of_the_dead)
{
	self->history.deed[1].child_ended = 55 * 1000000ull;
	die(self, 45, 50);
	EXPECT_NOT_TOLD("record 8: a call");
}

TEST_F(judge, transition_by_the_dead)
{
	die(self, 45, 50);
	EXPECT_TRUE(is_told(self, "record 5: by=close, and nobody is left"));
}

/* What is in TIME_WAIT goes with its namespace, and not before. */
static void leaves_TIME_WAIT(struct _test_data_judge *self, int unseen_ms)
{
	self->history.unseen = unseen_ms * 1000000ull;
	self->line[LINE(7)] = "seq=7 " AT(53) "kind=state" NO_TASK OF_CLIENT
		" state=TIME_WAIT>CLOSE by=- error=-" C_OWNS;
	agrees(self);
}

TEST_F(judge, TIME_WAIT_that_goes_with_its_namespace)
{
	leaves_TIME_WAIT(self, 52);
	EXPECT_NOT_TOLD("record 7: by");
	EXPECT_NOT_TOLD("record 7: it ends with");
}

TEST_F(judge, TIME_WAIT_that_goes_before_its_namespace)
{
	leaves_TIME_WAIT(self, 54);
	EXPECT_TRUE(is_told(self, "record 7: it ends with its namespace, which is there"));
}

/* An orphan holds its namespace: it cannot see it go. */
TEST_F(judge, orphan_that_goes_with_its_namespace)
{
	self->history.unseen = 53 * 1000000ull;
	self->line[LINE(8)] = "seq=8 " AT(54) "kind=decision" NO_TASK OF_CHILD
		" by=timer state=FIN_WAIT1>CLOSE sent=none why=netns_exit" NOTHING_UNREAD S_OWNS;
	agrees(self);
	EXPECT_TRUE(is_told(self, "record 8: it cannot be"));
}

/* The child has sent a FIN before, to nobody. */
static void is_given_up(struct _test_data_judge *self, const char *decision)
{
	self->history.unseen = 45 * 1000000ull;
	self->line[LINE(7)] = "seq=7 " AT(53) "kind=state" NO_TASK OF_CHILD
		" state=FIN_WAIT1>CLOSE by=timer error=ETIMEDOUT" S_OWNS;
	self->line[LINE(8)] = decision;
	agrees(self);
}

#define IN_VAIN " by=timer sent=none why=retries_exhausted"

TEST_F(judge, orphan_that_is_given_up)
{
	is_given_up(self, "seq=8 " AT(54) "kind=decision" NO_TASK OF_CHILD
		    " state=FIN_WAIT1>CLOSE" IN_VAIN NOTHING_UNREAD S_OWNS);
	EXPECT_NOT_TOLD("given up");
}

TEST_F(judge, orphan_that_is_given_up_for_nothing)
{
	is_given_up(self, NULL);
	EXPECT_TRUE(is_told(self, "record 7: given up, and 0 records say why"));
}

TEST_F(judge, orphan_of_which_another_is_given_up)
{
	is_given_up(self, "seq=8 " AT(54) "kind=decision" NO_TASK OF_CLIENT
		    " state=FIN_WAIT1>CLOSE" IN_VAIN NOTHING_UNREAD C_OWNS);
	EXPECT_TRUE(is_told(self, "record 7: given up, and 0 records say why"));
}

/* The record of the RST is of 54 ms, and of what has begun three before. */
static void is_cut(struct _test_data_judge *self, int ms)
{
	self->history.unseen = 45 * 1000000ull;
	self->history.cut = ms * 1000000ull;
	agrees(self);
}

TEST_F(judge, RST_before_the_link_goes)
{
	is_cut(self, 52);
	EXPECT_NOT_TOLD("there is no way");
}

TEST_F(judge, RST_without_a_link)
{
	is_cut(self, 50);
	EXPECT_TRUE(is_told(self, "record 8: it was sent, and there is no way"));
}

TEST_F(judge, RST_without_a_link_that_failed)
{
	CHANGE(8, "sent=RST", "sent=none");
	self->scene.apart = true;
	is_cut(self, 50);
	EXPECT_NOT_TOLD("there is no way");
	EXPECT_NOT_TOLD("it cannot be");
}

TEST_F(judge, FIN_without_a_link)
{
	CHANGE(8, "sent=RST why=unread_data" NO_FIN, "sent=FIN why=close fin=sent");
	is_cut(self, 50);
	EXPECT_TRUE(is_told(self, "record 8: it was sent, and there is no way"));
}

/* No program is another one for it. */
TEST(worlds_that_die_where_they_are_asked_for)
{
	struct scene plain, scene;
	unsigned int seen = 0;
	struct world world;
	__u64 seed;

	for (seed = 0; seed < 100 * WORLD_SEEDS; seed += WORLD_SEEDS) {
		generate(&plain, seed, 0);
		scene = plain;
		kinds_add(&scene, KIND_DYING);
		EXPECT_EQ(0, memcmp(&plain, &scene, sizeof(scene)));
		generate_world(&world, seed);
		EXPECT_EQ(DIES_NOT, world.dies);
		kinds_change_world(&world, KIND_ALL & ~KIND_DYING, seed);
		EXPECT_EQ(DIES_NOT, world.dies);
		kinds_change_world(&world, KIND_DYING, seed);
		seen |= 1 << world.dies;
	}
	EXPECT_EQ(1 << DIES_LAST | 1 << DIES_FIRST, seen);
}

TEST_HARNESS_MAIN

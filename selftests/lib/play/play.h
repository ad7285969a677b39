/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One recipe being played, in a process and a network namespace of its own,
 * and everything that was seen of it.  The words:
 *
 *	recipe	what a program does to its sockets, and the records to expect
 *	play	a recipe that is carried out, and all that was seen of it
 *	player	the process that does so
 *	actor	one of its sockets
 *	act	one call of the program: act_close(), act_send()
 *	step	an act or a wait, as it is written down, with its result
 *	reach	bring an actor into the state that a test is about
 *	peer	the other end of a connection, made of raw packets
 *	trial	a play in the process of a test, which judges all that was seen
 *	remark	a sentence that says what is wrong
 */
#ifndef PLAY_H
#define PLAY_H

#include <linux/types.h>
#include <stdbool.h>
#include <sys/types.h>

#include <parse.h>

#include "address.h"
#include "packet.h"
#include "remarks.h"
#include "wire_check.h"

#define PLAY_STEPS_MAX		128
#define PLAY_PACKETS_MAX	128
#define PLAY_RECORDS_MAX	192
#define PLAY_EXPECTED_MAX	64
#define PLAY_OWNED_MAX		8

struct recipe;

/*
 * The sockets of a recipe, by the names that the notes give them.  CHILD
 * and CHILD2 wait in a listener's queue, and no program has them yet; NOBODY
 * stands where there is no socket.
 */
#define ACTOR_LIST(X)		\
	X(SERVER, "server")	\
	X(S1, "s1")		\
	X(S2, "s2")		\
	X(S, "s")		\
	X(S3, "s3")		\
	X(CHILD, "child")	\
	X(CHILD2, "child2")	\
	X(NOBODY, "nobody")

#define ACTOR_AS_ENUM(id, name)	id,
#define ACTOR_AS_NAME(id, name)	[id] = name,

enum who {
	ACTOR_LIST(ACTOR_AS_ENUM)
	ACTORS
};

/**
 * struct actor - a socket of a recipe
 * @fd: its descriptor, -1 if there is none (any more)
 * @cookie: its SO_COOKIE, 0 if nobody could ask for it
 * @served: it was connected before it was accepted, and nobody's until then
 * @local: its address, as the records write it
 * @remote: the address of its peer, likewise
 */
struct actor {
	int fd;
	__u64 cookie;
	bool served;
	char local[ADDRESS_LEN];
	char remote[ADDRESS_LEN];
};

/**
 * struct step - one thing that the program did
 * @text: the call, as Python would write it
 * @result: what came of it
 * @time: when it was over, by clock_now()
 */
struct step {
	char text[56];
	char result[56];
	__u64 time;
};

/**
 * struct expected - a record, or a path, that must be there
 * @who: of which socket
 * @actor: the socket, as it was at that moment
 * @text: the keys and values that matter; for a path: its states
 * @is_path: this is the path of a socket
 * @not_before: it is made later than this, by clock_now()
 * @got: what the program was told, an errno or 0; -1 if it has not asked
 * @met_by: the record that met it, -1 if none did
 */
struct expected {
	enum who who;
	struct actor actor;
	char text[1400];
	bool is_path;
	__u64 not_before;
	int got;
	int met_by;
};

/**
 * struct owned - whose a socket must be
 * @who: which socket
 * @actor: the socket, as it was at that moment
 * @text: its owners, as expect_owners() has them
 */
struct owned {
	enum who who;
	struct actor actor;
	char text[96];
};

/**
 * struct play - a recipe, its program, and what was seen of it
 * @recipe: which one
 * @family: what its sockets are made of
 * @with_records: shutwatch is there to be asked
 * @done: it came to its end
 * @bell: the player tells the audience that there is something new; -1 there
 * @audience: the other end of it; at end of file the player has gone
 * @player: the process
 * @pid: the same, as the player knows it
 * @comm: its name
 * @accepts: it has accepted a connection
 * @many_tasks: others act, too: transitions are not held against @pid
 * @repeats: it does many times what another play does once: nothing for the table
 *	of semantics
 * @actor: the sockets
 * @nr_steps: how many of @step are in use
 * @step: what the program did, in order
 * @err: what its last call gave, an errno or 0
 * @lacks: the option without which this kernel cannot do what the recipe wants,
 *	NULL if it has all
 * @aside: what is to be said about this kernel, NULL if nothing
 * @end: when the recipe was over; then the program closes what is open
 * @nr_packets: how many of @packet are in use
 * @nr_packets_told: how many of them were there before @end
 * @packet: the wire
 * @claimed_by: which record tells of the packet, or WIRE_NOBODY
 * @nr_records: how many of @record are in use
 * @record: the records, in the order of the module; without them, what stands
 *	in for them
 * @agreement: the wire against the records
 * @nr_expected: how many of @expected are in use
 * @expected: the records that must be there
 * @nr_owned: how many of @owned are in use
 * @owned: the owners that the records must name
 * @wrong: the program got something that is not expected
 * @unmet: expectations that were not met, and records that nobody expected
 * @trouble: what kept us from seeing
 */
struct play {
	const struct recipe *recipe;
	enum family family;
	bool with_records;
	bool done;
	int bell;
	int audience;
	pid_t player;
	pid_t pid;
	char comm[SHUTWATCH_COMM_LEN];
	bool accepts;
	bool many_tasks;
	bool repeats;

	struct actor actor[ACTORS];
	int nr_steps;
	struct step step[PLAY_STEPS_MAX];
	int err;
	const char *lacks;
	const char *aside;
	__u64 end;

	int nr_packets;
	int nr_packets_told;
	struct packet packet[PLAY_PACKETS_MAX];
	int claimed_by[PLAY_PACKETS_MAX];

	int nr_records;
	struct record record[PLAY_RECORDS_MAX];
	struct agreement agreement;

	int nr_expected;
	struct expected expected[PLAY_EXPECTED_MAX];

	int nr_owned;
	struct owned owned[PLAY_OWNED_MAX];

	struct remarks wrong;
	struct remarks unmet;
	struct remarks trouble;
};

bool play_agrees(const struct play *play);
bool play_tells(const struct play *play, const struct record *record);

#endif /* PLAY_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network namespace, a capture and a reader that are there before the test
 * does anything; and at its end, everything that was seen is accounted for.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <names.h>

#include "act.h"
#include "actor.h"
#include "capture.h"
#include "clock.h"
#include "module.h"
#include "netns.h"
#include "owners.h"
#include "record_fields.h"
#include "semantics.h"
#include "sock_destroy.h"
#include "stand_in.h"
#include "stream.h"
#include "trial.h"

/* A record or a packet may be a moment later than what it tells of. */
#define SETTLE_SECONDS	3

#define AWAIT_SECONDS	20

/*
 * One open pipe for all trials of a program, so that each reads only what is
 * new.  They run one after the other, in processes of their own.  There is none
 * where they do without records.
 */
static int pipe_fd = -1;

/* Of the module's counters, those that tell of its own failures. */
static const char * const still[TRIAL_STILL] = {
	"unknown", "kreason_mismatch", "lost.", "evicted", "rst_failed",
};

/**
 * trial_possible - are the records there to be read, or can they be done without?
 * @why_not: if they are not there: why, and what helps; else it is empty
 * @size: how much fits
 * @need_records: they cannot be done without
 *
 * To be called once, before the first trial.
 *
 * Return: true if there can be trials.
 */
bool trial_possible(char *why_not, size_t size, bool need_records)
{
	*why_not = '\0';
	if (!module_is_there(why_not, size))
		return !need_records && module_is_done_without();
	pipe_fd = stream_pipe();
	if (pipe_fd < 0)
		snprintf(why_not, size, "cannot open the pipe: %s",
			 strerror(errno));
	return pipe_fd >= 0;
}

/* The trial that a play is part of. */
static struct trial *trial_of(struct play *play)
{
	return (struct trial *)((char *)play - offsetof(struct trial, play));
}

static void read_module(long long count[TRIAL_STILL])
{
	int i;

	for (i = 0; i < TRIAL_STILL; i++)
		count[i] = module_stats(still[i]);
}

static void begin(struct trial *trial)
{
	struct play *play = &trial->play;
	struct remarks *trouble = &play->trouble;
	int err = netns_enter();

	err = err ?: netns_dig_blackhole();
	if (err)
		remark(trouble, "no network namespace of one's own: %s",
		       strerror(-err));
	trial->capture = capture_open(trouble);
	err = mib_read(&trial->before);
	if (err)
		remark(trouble, "the kernel's counters: %s", strerror(-err));
	snprintf(trial->events.netns, sizeof(trial->events.netns), "%llu",
		 netns_inode());
	if (!play->with_records)
		return;
	if (stream_drain(pipe_fd))
		remark(trouble, "the pipe cannot be read");
	read_module(trial->module);
}

/**
 * trial_start - begin: all eyes are open
 * @test: its name
 * @family: what its sockets are to be made of
 *
 * What goes wrong is told at the end.
 *
 * Return: the trial, or NULL without memory.
 */
struct trial *trial_start(const char *test, enum family family)
{
	struct trial *trial = calloc(1, sizeof(*trial));
	struct play *play;
	int who;

	if (!trial)
		return NULL;
	play = &trial->play;
	snprintf(trial->name, sizeof(trial->name), "%s", test);
	prctl(PR_SET_NAME, test);
	prctl(PR_GET_NAME, play->comm);
	play->pid = getpid();
	play->family = family;
	play->with_records = pipe_fd >= 0;
	play->bell = -1;
	play->end = ~0ull;
	for (who = 0; who < ACTORS; who++)
		play->actor[who].fd = -1;
	begin(trial);
	return trial;
}

/* ---- what was seen ---- */

/* What comes from where nobody is was sent by the test itself. */
static bool is_ours(const struct packet *packet)
{
	return !strncmp(packet->src, NETNS_BLACKHOLE ":",
			strlen(NETNS_BLACKHOLE ":")) ||
	       !strncmp(packet->src, "[" NETNS_BLACKHOLE6 "]",
			strlen("[" NETNS_BLACKHOLE6 "]"));
}

static void read_wire(struct trial *trial)
{
	struct play *play = &trial->play;
	int old = play->nr_packets;
	int i;

	if (!trial->capture)
		return;
	play->nr_packets += capture_read(trial->capture, &play->packet[old],
					 PLAY_PACKETS_MAX - old, &play->trouble);
	for (i = old; i < play->nr_packets; i++)
		play->packet[i].ours = is_ours(&play->packet[i]);
}

static bool kind_is(const struct record *record, enum shutwatch_kind kind)
{
	return record_is(record, SHUTWATCH_KEY_KIND, kind_names.name[kind]);
}

static void take_line(struct trial *trial, const char *line)
{
	struct play *play = &trial->play;
	struct record *record = &play->record[play->nr_records];

	if (play->nr_records == PLAY_RECORDS_MAX) {
		remark(&play->trouble, "more records than can be kept");
		return;
	}
	if (record_parse(record, line) || record->nr_unknown)
		remark(&play->trouble, "not a record: %s", line);
	else if (kind_is(record, SHUTWATCH_KIND_LOST))
		remark(&play->trouble, "records were lost");
	else if (record_is(record, SHUTWATCH_KEY_NETNS, trial->events.netns))
		play->nr_records++;
}

static void read_records(struct trial *trial)
{
	char line[SHUTWATCH_LINE_MAX];
	const char *rest;
	struct text text;

	if (stream_slurp(&text, pipe_fd, 1 << 16))
		remark(&trial->play.trouble, "the pipe cannot be read");
	rest = text.data;
	while (stream_line(&rest, line, sizeof(line)))
		take_line(trial, line);
	free(text.data);
}

/**
 * trial_sees - wait until something was sent
 * @play: the play
 * @src: the address of the sender, as in the records
 * @flags: PACKET_*, all of which are set
 * @count: how many such packets; retransmissions do not count
 *
 * Return: false, after a while, if there are not as many.
 */
bool trial_sees(struct play *play, const char *src, __u8 flags, int count)
{
	__u64 deadline = clock_in(AWAIT_SECONDS);
	char wire[ADDRESS_LEN];
	int i, seen;

	address_on_wire(wire, src);
	do {
		read_wire(trial_of(play));
		for (i = 0, seen = 0; i < play->nr_packets; i++)
			seen += (play->packet[i].flags & flags) == flags &&
				!play->packet[i].again &&
				!strcmp(play->packet[i].src, wire);
	} while (seen < count && clock_wait(deadline));
	return seen == count;
}

static bool says(const struct record *record, const struct record *wanted)
{
	int key;

	for (key = 0; key < SHUTWATCH_KEY__MAX; key++) {
		if (wanted->value[key] && !record_is(record, key, wanted->value[key]))
			return false;
	}
	return true;
}

/**
 * trial_told - wait until something was told, for what only a record knows
 * @play: the play
 * @who: of this socket
 * @text: keys and values, all of which the record has
 *
 * Return: the record; NULL, after a while, if there is none, which is then among
 * what is wrong; or NULL at once, if there are no records at all.
 */
const struct record *trial_told(struct play *play, enum who who, const char *text)
{
	__u64 deadline = clock_in(AWAIT_SECONDS);
	struct record wanted;
	int i;

	if (!play->with_records)
		return NULL;
	if (record_parse(&wanted, text))
		remark(&play->trouble, "cannot be told: %s", text);
	do {
		read_records(trial_of(play));
		for (i = 0; i < play->nr_records; i++) {
			if (actor_owns(&play->actor[who], &play->record[i]) &&
			    says(&play->record[i], &wanted))
				return &play->record[i];
		}
	} while (clock_wait(deadline));
	remark(&play->wrong, "%s: no record says: %s", actor_name(who), text);
	return NULL;
}

/**
 * trial_rst_fails - a RST is to fail, and the module to count it
 * @play: the play
 *
 * All other trials take it for a failure of the module: such a test runs alone.
 */
void trial_rst_fails(struct play *play)
{
	int i;

	for (i = 0; i < TRIAL_STILL; i++) {
		if (!strcmp(still[i], "rst_failed"))
			trial_of(play)->module[i]++;
	}
}

/* ---- the judgment ---- */

static const struct expected *path_of(const struct play *play,
				      const struct record *record)
{
	int i;

	for (i = 0; i < play->nr_expected; i++) {
		if (play->expected[i].is_path &&
		    actor_owns(&play->expected[i].actor, record))
			return &play->expected[i];
	}
	return NULL;
}

/* The first transition of a connect() does not know its port yet. */
static bool address_fits(const struct record *record, enum shutwatch_key key,
			 const char *address)
{
	const char *value = record_get(record, key);
	size_t host = strrchr(address, ':') - address;

	if (!strcmp(value, address))
		return true;
	return record_is(record, SHUTWATCH_KEY_BY, "connect") &&
	       !strncmp(value, address, host) && !strcmp(value + host, ":0");
}

/* As they are now, or as they were when something else was expected of it. */
static bool addresses_fit(const struct play *play, const struct record *record)
{
	int i;

	for (i = 0; i < play->nr_expected; i++) {
		const struct actor *actor = &play->expected[i].actor;

		if (actor_owns(actor, record) &&
		    address_fits(record, SHUTWATCH_KEY_LOCAL, actor->local) &&
		    address_fits(record, SHUTWATCH_KEY_REMOTE, actor->remote))
			return true;
	}
	return false;
}

static bool names_a_task(const struct record *record)
{
	/* MPTCP does what a call wants from it, or a segment. */
	if (record_is(record, SHUTWATCH_KEY_BY, "mptcp"))
		return !record_is(record, SHUTWATCH_KEY_PID, SHUTWATCH_NOTHING);
	return !record_is(record, SHUTWATCH_KEY_BY, "rx") &&
	       !record_is(record, SHUTWATCH_KEY_BY, "timer") &&
	       !record_is(record, SHUTWATCH_KEY_BY, "-");
}

/* Of the same socket, and of the same transition. */
static bool belongs(const struct record *record, const struct record *state)
{
	return record_cookie(record) == record_cookie(state) &&
	       record_is(record, SHUTWATCH_KEY_STATE,
			 record_get(state, SHUTWATCH_KEY_STATE));
}

/* What a call or a decision, and what comes with it, leaves to the program. */
static const char *error_of_why(const struct record *record)
{
	switch (names_find(&why_names, record_get(record, SHUTWATCH_KEY_WHY))) {
	case SHUTWATCH_WHY_KEEPALIVE_TIMEOUT:
	case SHUTWATCH_WHY_USER_TIMEOUT:
	case SHUTWATCH_WHY_RETRIES_EXHAUSTED:
		return "ETIMEDOUT";
	case SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN:
		return "ECONNRESET";
	}
	return SHUTWATCH_NOTHING;
}

/* Unless the story says so itself. */
static const char *error_left(const struct play *play, const struct record *state)
{
	int i;

	for (i = 0; i < play->nr_records; i++) {
		const struct record *r = &play->record[i];

		if (!belongs(r, state))
			continue;
		if (kind_is(r, SHUTWATCH_KIND_RESET))
			return record_get(r, SHUTWATCH_KEY_ERROR);
		if (kind_is(r, SHUTWATCH_KIND_DECISION))
			return error_of_why(r);
	}
	return SHUTWATCH_NOTHING;
}

static void judge_error(struct play *play, const struct expected *path,
			const struct record *record)
{
	const char *error = record_get(record, SHUTWATCH_KEY_ERROR);
	const char *wanted = error_left(play, record);

	if (!actor_story_has_error(path->text) && strcmp(error, wanted))
		remark(&play->unmet, "record %s: error=%s, expected %s",
		       record_get(record, SHUTWATCH_KEY_SEQ), error, wanted);
}

/* A socket that waits to be accepted is nobody's yet. */
static void judge_owner(struct play *play, const struct actor *actor,
			const struct record *record)
{
	bool waits = actor->served &&
		     record_is(record, SHUTWATCH_KEY_STATE, "SYN_RECV>ESTABLISHED");
	bool owned = actor->cookie && !waits;
	char pid[16];

	if (owners_said(play, actor))
		return;
	snprintf(pid, sizeof(pid), "%d", play->pid);
	if (!record_is(record, SHUTWATCH_KEY_OWNER, owned ? pid : SHUTWATCH_NOTHING) ||
	    !record_is(record, SHUTWATCH_KEY_OCOMM, owned ? play->comm : SHUTWATCH_NOTHING))
		remark(&play->unmet, "record %s of %s: owner=%s ocomm=%s",
		       record_get(record, SHUTWATCH_KEY_SEQ),
		       actor_name(actor_of(play, record)),
		       record_get(record, SHUTWATCH_KEY_OWNER),
		       record_get(record, SHUTWATCH_KEY_OCOMM));
}

static void judge_state(struct play *play, const struct record *record)
{
	const char *seq = record_get(record, SHUTWATCH_KEY_SEQ);
	const struct expected *path = path_of(play, record);
	char pid[16];

	if (!path) {
		remark(&play->unmet, "record %s was not expected: %s by %s of %s",
		       seq, record_get(record, SHUTWATCH_KEY_STATE),
		       record_get(record, SHUTWATCH_KEY_BY),
		       actor_name(actor_of(play, record)));
		return;
	}
	if (!addresses_fit(play, record))
		remark(&play->unmet, "record %s: local=%s remote=%s", seq,
		       record_get(record, SHUTWATCH_KEY_LOCAL),
		       record_get(record, SHUTWATCH_KEY_REMOTE));
	judge_owner(play, &path->actor, record);
	judge_error(play, path, record);
	if (!names_a_task(record)) {
		if (!record_is(record, SHUTWATCH_KEY_PID, SHUTWATCH_NOTHING) ||
		    !record_is(record, SHUTWATCH_KEY_COMM, SHUTWATCH_NOTHING))
			remark(&play->unmet, "record %s blames a task", seq);
		return;
	}
	snprintf(pid, sizeof(pid), "%d", play->pid);
	if (!play->many_tasks && (!record_is(record, SHUTWATCH_KEY_PID, pid) ||
				  !record_is(record, SHUTWATCH_KEY_COMM, play->comm)))
		remark(&play->unmet, "record %s blames the wrong task", seq);
}

/* Which segment that was is looked for on the wire. */
static bool answers_a_segment(const struct record *record)
{
	return kind_is(record, SHUTWATCH_KIND_DECISION) &&
	       record_is(record, SHUTWATCH_KEY_BY, by_names.name[SHUTWATCH_BY_RX]) &&
	       !record_is(record, SHUTWATCH_KEY_SENT, sent_names.name[SHUTWATCH_SENT_FIN]);
}

static void judge_records(struct play *play)
{
	int i;

	for (i = 0; i < play->nr_records; i++) {
		const struct record *r = &play->record[i];

		if (!play_tells(play, r))
			continue;
		if (kind_is(r, SHUTWATCH_KIND_STATE))
			judge_state(play, r);
		if (answers_a_segment(r) &&
		    record_is(r, SHUTWATCH_KEY_FLAGS, SHUTWATCH_NOTHING))
			remark(&play->unmet, "record %s does not know what it answers",
			       record_get(r, SHUTWATCH_KEY_SEQ));
	}
}

static void judge_counters(struct trial *trial)
{
	struct play *play = &trial->play;
	struct mib after, told;

	if (mib_read(&after))
		remark(&play->trouble, "the kernel's counters are gone");
	mib_told(&told, play->record, play->nr_records);
	mib_judge(&play->unmet, &trial->before, &after, &told);
}

static void judge_module(struct trial *trial)
{
	struct play *play = &trial->play;
	long long now[TRIAL_STILL];
	int i;

	read_module(now);
	for (i = 0; i < TRIAL_STILL; i++) {
		if (now[i] != trial->module[i])
			remark(&play->unmet, "the module's %s went from %lld to %lld",
			       still[i], trial->module[i], now[i]);
	}
}

static bool judge(struct trial *trial)
{
	struct play *play = &trial->play;

	read_wire(trial);
	if (play->with_records)
		read_records(trial);
	else
		stand_in_for_records(play);
	wire_check(&play->agreement, play->packet, play->nr_packets, play->record,
		   play->nr_records, NULL, play->claimed_by);
	if (play->with_records) {
		expect_judge(play);
		judge_records(play);
		judge_module(trial);
	} else {
		memset(&play->unmet, 0, sizeof(play->unmet));
	}
	judge_counters(trial);
	return trial_agrees(trial);
}

static void settle(struct trial *trial)
{
	__u64 deadline = clock_in(SETTLE_SECONDS);

	while (!judge(trial) && clock_wait(deadline))
		;
}

/**
 * trial_finish - close what is open, and judge
 * @trial: the trial
 *
 * What is expected is waited for before.  What is recorded while sockets are
 * closed here must agree with the wire and the counters, but need not be
 * expected: without records there is nothing that it could be held against.
 */
void trial_finish(struct trial *trial)
{
	trial->play.done = true;
	settle(trial);
	trial->play.nr_packets_told = trial->play.nr_packets;
	trial->play.end = clock_now();
	act_leave(&trial->play);
	if (trial->play.with_records)
		settle(trial);
	semantics_write(&trial->play, trial->name);
}

/**
 * trial_agrees - is all as it should be?
 * @trial: a trial that is finished
 *
 * Return: true if it is.
 */
bool trial_agrees(const struct trial *trial)
{
	return play_agrees(&trial->play);
}

/* Only the records are wrong, and one may be without the owner that accepted it. */
static bool accepted_unseen(const struct play *play)
{
	return play->with_records && play->accepts && !play->trouble.count &&
	       !play->wrong.count &&
	       !play->agreement.remarks.count &&
	       module_stat("armed.security_sock_graft") <= 0;
}

/**
 * trial_lacks - does this kernel lack what the trial needs?
 * @trial: a trial that is finished
 *
 * Return: the option, if not all is as it should be and that explains it; or
 * NULL.
 */
const char *trial_lacks(const struct trial *trial)
{
	const struct play *play = &trial->play;

	if (trial_agrees(trial) || play->lacks)
		return play->lacks;
	if (sock_destroy_is_missing())
		return "CONFIG_INET_DIAG_DESTROY";
	return accepted_unseen(play) ? "CONFIG_SECURITY_NETWORK" : NULL;
}

static void log_remarks(const struct remarks *remarks)
{
	int i;

	for (i = 0; i < remarks_kept(remarks); i++)
		fprintf(stderr, "# %s\n", remarks->text[i]);
}

static void log_record(const struct record *record)
{
	int key;

	fprintf(stderr, "#  ");
	for (key = 0; key < SHUTWATCH_KEY__MAX; key++) {
		if (record->value[key])
			fprintf(stderr, " %s=%s", key_names.name[key],
				record->value[key]);
	}
	fprintf(stderr, "\n");
}

/* Which of the counters that stand still it is: each hook has one. */
static void log_module(void)
{
	char line[SHUTWATCH_LINE_MAX];
	const char *rest;
	struct text text;
	int i;

	if (stream_file(&text, SHUTWATCH_FILE_STATS))
		return;
	rest = text.data;
	while (stream_line(&rest, line, sizeof(line))) {
		for (i = 0; i < TRIAL_STILL; i++) {
			if (!strncmp(line, still[i], strlen(still[i])) &&
			    strcmp(strrchr(line, ' ') ?: "", " 0"))
				fprintf(stderr, "#   %s\n", line);
		}
	}
	free(text.data);
}

/**
 * trial_log - all that was seen, for whoever has to find out what is wrong
 * @trial: the trial
 */
void trial_log(const struct trial *trial)
{
	const struct play *play = &trial->play;
	char text[256];
	int i;

	log_remarks(&play->trouble);
	log_remarks(&play->wrong);
	log_remarks(&play->agreement.remarks);
	log_remarks(&play->unmet);
	for (i = 0; i < play->nr_steps; i++)
		fprintf(stderr, "#   %s %s\n", play->step[i].text,
			play->step[i].result);
	for (i = 0; i < play->nr_packets; i++) {
		packet_print(text, sizeof(text), &play->packet[i]);
		fprintf(stderr, "#   %s%s\n", text,
			play->packet[i].ours ? " (from the test)" : "");
	}
	for (i = 0; i < play->nr_records; i++)
		log_record(&play->record[i]);
	log_module();
}

/**
 * trial_free - forget a trial
 * @trial: the trial
 */
void trial_free(struct trial *trial)
{
	if (trial->capture)
		capture_close(trial->capture);
	free(trial);
}

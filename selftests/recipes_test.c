// SPDX-License-Identifier: GPL-2.0-only
/*
 * End to end: each recipe is played on this kernel, and shutwatch's records of
 * it are the ones that they must be, held against the program's results and
 * against the wire.
 */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <names.h>

#include "clock.h"
#include "module_main.h"
#include "player.h"
#include "recipe.h"
#include "record_fields.h"
#include "semantics.h"

/* Longer than any recipe: the one that waits for TIME_WAIT takes a minute. */
#define RECIPE_SECONDS	150

#define READ_SECONDS	10

/* Begun before the first test, so that the others do not wait for it. */
static struct play *slow;

static bool with_records = true;

FIXTURE(recipes) {
	struct play *play;
};

FIXTURE_SETUP(recipes)
{
	(void)self;
}

FIXTURE_TEARDOWN(recipes)
{
	if (self->play)
		play_free(self->play);
}

static void log_remarks(struct __test_metadata *_metadata,
			const struct remarks *remarks)
{
	int i;

	for (i = 0; i < remarks_kept(remarks); i++)
		TH_LOG("%s", remarks->text[i]);
}

static void log_record(struct __test_metadata *_metadata,
		       const struct record *record)
{
	char line[SHUTWATCH_LINE_MAX] = "";
	size_t len = 0;
	int key;

	for (key = 0; key < SHUTWATCH_KEY__MAX && len < sizeof(line); key++) {
		if (record->value[key])
			len += snprintf(line + len, sizeof(line) - len, " %s=%s",
					key_names.name[key], record->value[key]);
	}
	TH_LOG("%s", line);
}

/* All that was seen, for whoever has to find out what is wrong. */
static void log_play(struct __test_metadata *_metadata, const struct play *play)
{
	char text[256];
	int i;

	log_remarks(_metadata, &play->trouble);
	log_remarks(_metadata, &play->wrong);
	log_remarks(_metadata, &play->agreement.remarks);
	log_remarks(_metadata, &play->unmet);
	for (i = 0; i < play->nr_packets; i++) {
		packet_print(text, sizeof(text), &play->packet[i]);
		TH_LOG(" %s", text);
	}
	for (i = 0; i < play->nr_records; i++)
		log_record(_metadata, &play->record[i]);
}

static void check(struct __test_metadata *_metadata, struct play *play)
{
	char name[96];

	ASSERT_NE(NULL, play);
	play_wait(play);
	EXPECT_LT(0, play->nr_records);
	EXPECT_TRUE(play_agrees(play))
		log_play(_metadata, play);
	snprintf(name, sizeof(name), "recipes.%s", _metadata->name);
	semantics_write(play, name);
}

#define TEST_RECIPE(name, number, title)				\
TEST_F_TIMEOUT(recipes, R##number##_##name, RECIPE_SECONDS)		\
{									\
	self->play = RECIPE_##name == RECIPE_SLOW ? slow :		\
		     play_start(&recipes[RECIPE_##name], with_records);	\
	check(_metadata, self->play);					\
}

RECIPE_LIST(TEST_RECIPE)

/* "cat events" is to end by itself, whatever else goes on. */
TEST_F(recipes, events_end)
{
	__u64 deadline = clock_in(READ_SECONDS);
	char path[256];
	int status = -1;
	pid_t pid;

	if (!with_records)
		SKIP(return, "no records, no " SHUTWATCH_FILE_EVENTS);
	self->play = play_start(&recipes[RECIPE_close_unread], true);
	ASSERT_NE(NULL, self->play);
	module_file(path, sizeof(path), SHUTWATCH_FILE_EVENTS);
	pid = fork();
	if (!pid) {
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
		execlp("cat", "cat", path, NULL);
		_exit(127);
	}
	while (!waitpid(pid, &status, WNOHANG) && clock_wait(deadline))
		;
	EXPECT_EQ(0, status)
		kill(pid, SIGKILL);
	play_wait(self->play);
}

static int open_pipe(void)
{
	char path[256];

	module_file(path, sizeof(path), SHUTWATCH_FILE_PIPE);
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

/*
 * What a pipe has of one play; the rest is other people's business.  Numbers of
 * namespaces are used again, so that those before the play's do not count; nor
 * do those of sockets that end after the play looked for the last time.
 */
static int read_pipe(int fd, const struct play *play, char *text, size_t size)
{
	const char *netns = record_get(&play->record[0], SHUTWATCH_KEY_NETNS);
	__u64 begin = record_seq(&play->record[0]);
	__u64 end = record_seq(&play->record[play->nr_records - 1]);
	FILE *file = fdopen(fd, "r");
	char buffer[SHUTWATCH_LINE_MAX];
	struct record record;
	size_t len = 0;
	int count = 0;

	while (fgets(buffer, sizeof(buffer), file)) {
		if (record_parse(&record, buffer))
			return -1;
		if (record_seq(&record) < begin || record_seq(&record) > end ||
		    !record_is(&record, SHUTWATCH_KEY_NETNS, netns))
			continue;
		len += snprintf(text + len, size - len, "%s", buffer);
		if (len >= size)
			return -1;
		count++;
	}
	fclose(file);
	return count;
}

/* Two readers of the pipe see the same records, and so does one of events. */
TEST_F(recipes, pipe_readers_see_the_same)
{
	static char first[1 << 18], second[1 << 18];
	int one = open_pipe(), two = open_pipe();

	if (!with_records)
		SKIP(return, "no records, no " SHUTWATCH_FILE_PIPE);
	ASSERT_LE(0, one);
	ASSERT_LE(0, two);
	self->play = play_start(&recipes[RECIPE_shutdown_unread], true);
	ASSERT_NE(NULL, self->play);
	play_wait(self->play);
	ASSERT_LT(0, self->play->nr_records);

	EXPECT_EQ(self->play->nr_records,
		  read_pipe(one, self->play, first, sizeof(first)));
	EXPECT_EQ(self->play->nr_records,
		  read_pipe(two, self->play, second, sizeof(second)));
	EXPECT_STREQ(first, second);
}

int main(int argc, char **argv)
{
	char why[256];

	if (!module_is_there(why, sizeof(why))) {
		if (!module_is_done_without())
			module_skip_all(why);
		module_tell_without(why);
		with_records = false;
	}
	slow = play_start(&recipes[RECIPE_SLOW], with_records);
	return module_run(argc, argv);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * record: the records kept, then those that come, into a file for -r.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "note.h"
#include "out.h"
#include "printer.h"
#include "saved/saved.h"
#include "say.h"
#include "saved/wallclock.h"

/* Less than the clock is off anyway by what adjusts it, in a second. */
#define OFFSET_MOVED	100000

static atomic_bool reopen;

static void ask_to_reopen(int sig)
{
	(void)sig;
	reopen = true;
}

/**
 * struct recorder - what is written
 * @p: counts and filters
 * @path: the file, "-" for standard output
 * @fd: the same
 * @offset: the last offset of the clocks that was written
 */
struct recorder {
	struct printer p;
	const char *path;
	int fd;
	long long offset;
};

/* Whether it begins as ours do; an empty one will. */
static bool is_ours(int fd)
{
	char first[SAVED_LINE] = "";
	ssize_t len = pread(fd, first, sizeof(first) - 1, 0);

	return !len || (len > 0 && saved_is_header(first));
}

/* What was cut in the middle of a line shall not swallow ours. */
static bool ends_in_a_line(int fd)
{
	struct stat st;
	char last = '\n';

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || !st.st_size)
		return true;
	return pread(fd, &last, 1, st.st_size - 1) != 1 || last == '\n';
}

static int open_file(const char *path)
{
	struct stat st;
	int fd;

	if (!strcmp(path, "-"))
		return STDOUT_FILENO;
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		say("%s: %s", path, strerror(errno));
	} else if (!fstat(fd, &st) && S_ISREG(st.st_mode) && !is_ours(fd)) {
		say("%s: it holds something else than saved records\n"
		    "  name another file, or remove this one", path);
		close(fd);
		fd = -1;
	}
	return fd;
}

static bool begin(struct recorder *rec)
{
	struct saved saved;
	char *to;

	rec->fd = open_file(rec->path);
	if (rec->fd < 0 || !out_to(rec->fd, rec->path))
		return false;
	saved_here(&saved);
	rec->offset = saved.offset;
	to = out_line();
	if (!ends_in_a_line(rec->fd))
		to = stpcpy(to, SAVED_CUT "\n");
	return out_done(saved_header(to, &saved)) && out_flush();
}

/* For logrotate, which has moved the file away. */
static bool begin_again(struct recorder *rec)
{
	int before = rec->fd;

	reopen = false;
	if (before == STDOUT_FILENO)
		return true;
	if (!out_flush() || !begin(rec))
		return false;
	close(before);
	return true;
}

/* What follows has other times of day than what was before. */
static bool put_offset(struct recorder *rec)
{
	long long offset = wallclock_offset();

	if (llabs(offset - rec->offset) < OFFSET_MOVED)
		return true;
	rec->offset = offset;
	return out_done(saved_offset(out_line(), offset));
}

static bool put_line(const char *line)
{
	size_t len = strlen(line);
	char *to = out_line();

	memcpy(to, line, len);
	to[len] = '\n';
	return out_done(to + len + 1);
}

/* Return: GO_ON, or an exit status. */
static int save(void *context, const struct record *r, const char *line)
{
	struct recorder *rec = context;
	char text[NOTE_SIZE];

	if (rec->p.filtered && !filter_match(&rec->p.o->filter, r))
		return GO_ON;
	if (!put_line(line))
		return EXIT_FAILURE;
	if (!record_is_note(r))
		return print_counted(&rec->p);
	note_text(text, r);
	say("%s", text);
	return GO_ON;
}

/* Return: GO_ON, or an exit status. */
static int wait_for_records(void *context, struct source *s)
{
	struct recorder *rec = context;
	int status = wait_for_more(&rec->p, s);

	if (status == GO_ON && reopen && !begin_again(rec))
		return EXIT_FAILURE;
	if (status == GO_ON && !put_offset(rec))
		return EXIT_FAILURE;
	return status;
}

/* It comes while we wait, or, blocked, it waits until we do. */
static void catch_hangup(sigset_t *while_waiting)
{
	struct sigaction sa = { .sa_handler = ask_to_reopen };
	sigset_t hangup;

	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hangup, while_waiting);
	sigdelset(while_waiting, SIGHUP);
	sigaction(SIGHUP, &sa, NULL);
}

/**
 * run_record() - save the records kept, and those that come
 * @o: what the user wants
 *
 * They are taken as text: what a newer module has to say is saved as well.
 *
 * Return: an exit status.
 */
int run_record(const struct options *o)
{
	struct recorder rec = {
		.p = { .o = o, .filtered = filter_asks(&o->filter) },
		.path = o->words[0],
	};
	const struct taker taker = { save, wait_for_records, &rec };
	sigset_t while_waiting;
	static struct source s;
	int status;

	catch_hangup(&while_waiting);
	if (open_source(&s, o, SHUTWATCH_FILE_PIPE))
		return EXIT_FAILURE;
	s.sigmask = &while_waiting;
	if (!begin(&rec)) {
		source_close(&s);
		return EXIT_FAILURE;
	}
	s.out = rec.fd == STDOUT_FILENO ? STDOUT_FILENO : -1;
	status = take_lines(&s, &taker);
	source_close(&s);
	return status;
}

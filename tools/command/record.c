// SPDX-License-Identifier: GPL-2.0-only
/*
 * record: the records kept, then those that come, or those of another file, into a
 * file for -r.
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
 * @s: where the records come from
 * @told: the last beginning that was written, with the last offset of the clocks
 * @left_out: for how many of the lines that were left out there is a mark
 */
struct recorder {
	struct printer p;
	const char *path;
	int fd;
	struct source *s;
	struct saved told;
	unsigned long left_out;
};

/* A file is not gone on with if it does not begin as ours do, or others could not read on. */
static const char *why_not_ours(int fd)
{
	char first[SHUTWATCH_LINE_MAX] = "";
	ssize_t len = pread(fd, first, sizeof(first) - 1, 0);
	struct saved saved;

	if (!len)
		return NULL;
	if (len < 0 || !saved_is_header(first))
		return "something else than saved records";
	first[strcspn(first, "\r\n")] = '\0';
	/* One that was cut may have lost what it is. */
	if (saved_parse(&saved, first) || saved_is_known(&saved))
		return NULL;
	return "saved records of another version of shutwatch";
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
	const char *why_not;
	struct stat st;
	int fd;

	if (!strcmp(path, "-"))
		return STDOUT_FILENO;
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0) {
		say("%s: %s", path, strerror(errno));
		return -1;
	}
	why_not = !fstat(fd, &st) && S_ISREG(st.st_mode) ? why_not_ours(fd) : NULL;
	if (!why_not)
		return fd;
	say("%s: it holds %s\n  name another file, or remove this one", path, why_not);
	close(fd);
	return -1;
}

static bool put_line(const char *line)
{
	size_t len = strlen(line);
	char *to = out_line();

	memcpy(to, line, len);
	to[len] = '\n';
	return out_done(to + len + 1);
}

/* What follows has other times of day than what was before. */
static bool put_offset(struct recorder *rec, long long offset)
{
	rec->told.offset = offset;
	return out_done(saved_offset(out_line(), offset));
}

/* Whose records follow, and how their clock has been set since. */
static bool put_beginning(struct recorder *rec, const struct saved *saved)
{
	rec->told = *saved;
	/* Until the time was up, none has come. */
	if (!saved->line[0])
		return true;
	return put_line(saved->line) &&
	       (saved->offset == saved->began || put_offset(rec, saved->offset));
}

static bool begin(struct recorder *rec)
{
	struct saved here;

	rec->fd = open_file(rec->path);
	if (rec->fd < 0 || !out_to(rec->fd, rec->path))
		return false;
	if (!ends_in_a_line(rec->fd) && !put_line(SAVED_CUT))
		return false;
	if (!rec->s->is_saved)
		saved_here(&here);
	return put_beginning(rec, rec->s->is_saved ? &rec->s->saved : &here) && out_flush();
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

static bool follow_the_clock(struct recorder *rec)
{
	long long offset = wallclock_offset();

	return llabs(offset - rec->told.offset) < OFFSET_MOVED || put_offset(rec, offset);
}

/* Where the record that comes is of, and when: as the other file says. */
static bool follow_the_file(struct recorder *rec, const struct saved *saved)
{
	if (strcmp(rec->told.line, saved->line))
		return put_beginning(rec, saved);
	return rec->told.offset == saved->offset || put_offset(rec, saved->offset);
}

/* Whoever reads the copy has to know that it is not all. */
static bool mark_left_out(struct recorder *rec)
{
	while (rec->left_out < rec->s->left_out) {
		if (!put_line(SAVED_CUT))
			return false;
		rec->left_out++;
	}
	return true;
}

/* Return: GO_ON, or an exit status. */
static int save(void *context, const struct record *r, const char *line)
{
	struct recorder *rec = context;
	char text[NOTE_SIZE];

	if (!mark_left_out(rec))
		return EXIT_FAILURE;
	if (rec->p.filtered && !filter_match(&rec->p.o->filter, r))
		return GO_ON;
	if (rec->s->is_saved && !follow_the_file(rec, &rec->s->saved))
		return EXIT_FAILURE;
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
	int status;

	if (!mark_left_out(rec))
		return EXIT_FAILURE;
	status = wait_for_more(&rec->p, s);
	if (status == GO_ON && reopen && !begin_again(rec))
		return EXIT_FAILURE;
	if (status == GO_ON && !s->is_saved && !follow_the_clock(rec))
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

/* Read and written at a time, it would never end. */
static bool is_input(const struct options *o)
{
	if (!o->saved || !is_same_file(o->saved, o->words[0]))
		return false;
	say("%s: these are the records: name another file for the copy", o->words[0]);
	return true;
}

/**
 * run_record() - save the records kept, and those that come, or copy saved ones
 * @o: what the user wants
 *
 * They are taken as text: what a newer module has to say is saved as well.
 *
 * Return: an exit status.
 */
int run_record(const struct options *o)
{
	static struct source s;
	struct recorder rec = {
		.p = { .o = o, .filtered = filter_asks(&o->filter) },
		.path = o->words[0],
		.s = &s,
	};
	const struct taker taker = { save, wait_for_records, &rec };
	sigset_t while_waiting;
	int status;

	if (is_input(o))
		return EXIT_FAILURE;
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

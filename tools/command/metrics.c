// SPDX-License-Identifier: GPL-2.0-only
/*
 * metrics: totals and stats for Prometheus, to be picked up by the textfile
 * collector of node_exporter; or what saved records tell of them.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands.h"
#include "counted.h"
#include "metrics.h"
#include "number.h"
#include "out.h"
#include "printer.h"
#include "quote.h"
#include "say.h"
#include "stat_line.h"

/* More than any kernel has hooks for. */
#define STATS	1024

/**
 * struct stat_line - a line of stats
 * @name: the name
 * @value: and its value
 */
struct stat_line {
	char name[96];
	char value[24];
};

static struct stat_line stats[STATS];
static size_t nr_stats;

static bool is_count(const char *text)
{
	unsigned long number;

	return !number_parse(&number, text, ULONG_MAX);
}

/* Return: whether there was room. */
static bool keep_stat(const char *name, const char *value)
{
	struct stat_line *to = &stats[nr_stats];

	if (nr_stats == STATS || strlen(name) >= sizeof(to->name) ||
	    strlen(value) >= sizeof(to->value))
		return false;
	strcpy(to->name, name);
	strcpy(to->value, value);
	nr_stats++;
	return true;
}

/* Return: whether the line is one of stats. */
static bool take_stat(char *line)
{
	const char *value = stat_value(line);

	return value && is_count(value) && keep_stat(line, value);
}

static void keep_number(const char *name, unsigned long long number)
{
	char value[24];

	snprintf(value, sizeof(value), "%llu", number);
	keep_stat(name, value);
}

/* Return: 0, or -1 after a message. */
static int count_saved(struct counted *c, const struct options *o)
{
	if (counted_read(c, o) != EXIT_SUCCESS) {
		/* Nobody sees of a number that there should be more. */
		if (c->records)
			say("no metrics are made of a part of the records\n  shutwatch totals -r %s shows what there is",
			    quoted(o->saved));
		return -1;
	}
	keep_number("records", c->records);
	keep_number("lost.readers", c->missed.lost);
	keep_number("unknown", c->unknown);
	return 0;
}

/* Return: 0, or -1 after a message. */
static int read_stats(const struct options *o)
{
	static struct source s;
	char *line;
	int more;

	if (open_source(&s, o, SHUTWATCH_FILE_STATS))
		return -1;
	do {
		more = source_wait(&s);
		while (source_line(&s, &line))
			if (!take_stat(line))
				source_leave_out(&s);
	} while (more > 0);
	source_close(&s);
	return more;
}

static bool put_metric(const struct metric *m)
{
	bool begun = false;
	size_t i;

	for (i = 0; i < nr_stats; i++) {
		char *to = out_line();
		char *from = begun ? to : metrics_about(to, m);
		char *end = metrics_stat(from, m, stats[i].name, stats[i].value);

		if (end == from)
			continue;
		begun = true;
		if (!out_done(end))
			return false;
	}
	return true;
}

static bool put_stats(void)
{
	const struct metric *m;

	for (m = metrics_of_stats; m->name; m++)
		if (!put_metric(m))
			return false;
	return true;
}

static bool put_total(void *context, const struct record *r)
{
	(void)context;
	return out_done(metrics_total(out_line(), r));
}

static bool has_count(const struct record *r)
{
	const char *count = r->value[SHUTWATCH_KEY_COUNT];

	return count && is_count(count);
}

/* Return: 0, or -1 after a message. */
static int put_totals(const struct options *o)
{
	static struct source s;
	struct record r;
	char *line;
	int more;

	if (open_source(&s, o, SHUTWATCH_FILE_TOTALS))
		return -1;
	if (!out_done(metrics_total_about(out_line())))
		return -1;
	do {
		more = source_wait(&s);
		while (source_line(&s, &line)) {
			if (record_parse(&r, line) || !has_count(&r))
				source_leave_out(&s);
			else if (!put_total(NULL, &r))
				return -1;
		}
	} while (more > 0);
	source_close(&s);
	return more;
}

/* Return: 0, or -1 after a message. */
static int put_saved(const struct counted *c)
{
	static const char origin[] = "# of saved records, not since the module was loaded\n";

	if (!out_done(stpcpy(out_line(), origin)) || !out_done(metrics_info(out_line())) ||
	    !out_done(metrics_total_about(out_line())))
		return -1;
	return counted_each(c, put_total, NULL) ? 0 : -1;
}

/* Return: 0, or -1 after a message. */
static int put_live(const struct options *o)
{
	if (read_stats(o) || !out_done(metrics_info(out_line())))
		return -1;
	return put_totals(o);
}

static int put_all(const struct options *o, const struct counted *c)
{
	if ((o->saved ? put_saved(c) : put_live(o)) || !put_stats())
		return EXIT_FAILURE;
	if (!out_done(stpcpy(out_line(), "# EOF\n")) || !out_flush())
		return EXIT_FAILURE;
	return EXIT_SUCCESS;
}

static int failed_to(const char *what, const char *path)
{
	say("cannot %s %s: %s", what, path, strerror(errno));
	return EXIT_FAILURE;
}

/* It does not take long, and no half of a file is to be left behind. */
static void finish_first(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
}

/* A device, a pipe or a link is there for others, too, and would be gone. */
static bool may_be_replaced(const char *path)
{
	struct stat st;

	if (lstat(path, &st) || S_ISREG(st.st_mode))
		return true;
	say("%s: this is no regular file, and would be replaced by one\n"
	    "  name another file, or - for standard output", path);
	return false;
}

static bool is_input(const struct options *o)
{
	if (!o->saved || !is_same_file(o->saved, o->output))
		return false;
	say("%s: these are the records: name another file for what is counted", o->output);
	return true;
}

/* A reader of the file finds the one before, or all of this one. */
static int put_into(const struct options *o, const struct counted *c)
{
	char path[PATH_MAX];
	int fd, status;

	if ((size_t)snprintf(path, sizeof(path), "%s.XXXXXX", o->output) >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return failed_to("write", o->output);
	}
	finish_first();
	fd = mkstemp(path);
	if (fd < 0)
		return failed_to("write", o->output);
	/* node_exporter is not root. */
	if (fchmod(fd, 0644) || dup2(fd, STDOUT_FILENO) < 0)
		status = failed_to("write", path);
	else
		status = put_all(o, c);
	close(fd);
	if (status == EXIT_SUCCESS && rename(path, o->output))
		status = failed_to("write", o->output);
	if (status != EXIT_SUCCESS)
		unlink(path);
	return status;
}

/**
 * run_metrics() - print totals and stats for Prometheus
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_metrics(const struct options *o)
{
	bool into = o->output && strcmp(o->output, "-");
	static struct counted c;

	if (into && (is_input(o) || !may_be_replaced(o->output)))
		return EXIT_FAILURE;
	/* Which may take its time, out of a pipe. */
	if (o->saved && count_saved(&c, o))
		return EXIT_FAILURE;
	return into ? put_into(o, &c) : put_all(o, &c);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of saved records.  They are text: the first line begins with SAVED_MAGIC
 * and says where and when, the records follow as the module wrote them, and a
 * line with a new offset stands where the clock of the host was set.  So they
 * are read by any machine and any later version, by people, and by grep(1); one
 * put behind another is a file again.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <shutwatch.h>

#include "number.h"
#include "saved/saved.h"
#include "saved/wallclock.h"

#define BOOT_ID		"/proc/sys/kernel/random/boot_id"
#define OFFSET		"offset="
#define NS_PER_SEC	1000000000ULL

/* A name in which nothing can be taken for the end of it. */
static void set_name(char *name, const char *text)
{
	size_t i;

	snprintf(name, SAVED_NAME, "%s", text);
	for (i = 0; name[i]; i++) {
		if (name[i] <= ' ' || name[i] > '~' || name[i] == '=')
			name[i] = '?';
	}
	if (!name[0])
		snprintf(name, SAVED_NAME, SHUTWATCH_NOTHING);
}

static void read_boot_id(char *boot)
{
	FILE *file = fopen(BOOT_ID, "re");
	char text[SAVED_NAME] = "";

	if (file) {
		if (!fgets(text, sizeof(text), file))
			text[0] = '\0';
		fclose(file);
	}
	text[strcspn(text, "\n")] = '\0';
	set_name(boot, text);
}

static int offset_text(char *to, long long offset)
{
	unsigned long long ns = offset < 0 ? -(unsigned long long)offset :
				(unsigned long long)offset;

	return sprintf(to, OFFSET "%s%llu.%09llu", offset < 0 ? "-" : "",
		       ns / NS_PER_SEC, ns % NS_PER_SEC);
}

/**
 * saved_here() - what a file that is begun now has to tell
 * @saved: where it goes
 */
void saved_here(struct saved *saved)
{
	struct utsname host = { 0 };
	char *to = saved->line;

	uname(&host);
	saved->format = SAVED_FORMAT;
	saved->abi = SHUTWATCH_ABI;
	saved->offset = wallclock_offset();
	saved->began = saved->offset;
	set_name(saved->host, host.nodename);
	set_name(saved->kernel, host.release);
	read_boot_id(saved->boot);
	to += sprintf(to, SAVED_MAGIC " format=%lu abi=%lu ", saved->format, saved->abi);
	to += offset_text(to, saved->offset);
	sprintf(to, " host=%s kernel=%s boot=%s", saved->host, saved->kernel, saved->boot);
}

/**
 * saved_is_header() - whether a line is, or means to be, the first of a file
 * @line: the line
 *
 * Return: true where it begins with our word.
 */
bool saved_is_header(const char *line)
{
	return !strncmp(line, SAVED_MAGIC " ", strlen(SAVED_MAGIC " "));
}

/**
 * saved_is_cut() - whether a line was cut short, and what follows written behind it
 * @line: the line
 *
 * Return: true where it is: what is left of it may look like a whole one.
 */
bool saved_is_cut(const char *line)
{
	size_t len = strlen(line), mark = strlen(SAVED_CUT);

	return len >= mark && !strcmp(line + len - mark, SAVED_CUT);
}

static int take_pair(struct saved *saved, const char *key, const char *value)
{
	if (!strcmp(key, "format"))
		return number_parse(&saved->format, value, INT_MAX);
	if (!strcmp(key, "abi"))
		return number_parse(&saved->abi, value, INT_MAX);
	if (!strcmp(key, "host"))
		set_name(saved->host, value);
	else if (!strcmp(key, "kernel"))
		set_name(saved->kernel, value);
	else if (!strcmp(key, "boot"))
		set_name(saved->boot, value);
	return 0;
}

/**
 * saved_parse() - read the first line
 * @saved: where the result goes
 * @line: the line, without its newline; of keys that are not known, it is all that is kept
 *
 * Return: 0, or -EINVAL where format, ABI or offset are missing or are none.
 */
int saved_parse(struct saved *saved, const char *line)
{
	char text[SHUTWATCH_LINE_MAX];
	char *pair, *value, *rest = text;
	bool has_offset = false;
	int err = 0;

	*saved = (struct saved) { .host = "-", .kernel = "-", .boot = "-" };
	if (!saved_is_header(line) || strlen(line) >= sizeof(text))
		return -EINVAL;
	strcpy(saved->line, line);
	strcpy(text, line + strlen(SAVED_MAGIC " "));
	while (!err && (pair = strsep(&rest, " "))) {
		if (!saved_offset_parse(&saved->offset, pair)) {
			has_offset = true;
			continue;
		}
		value = strchr(pair, '=');
		if (!value)
			return -EINVAL;
		*value++ = '\0';
		err = take_pair(saved, pair, value);
	}
	saved->began = saved->offset;
	return !err && saved->format && saved->abi && has_offset ? 0 : -EINVAL;
}

/**
 * saved_is_known() - whether what follows a first line is what this reader knows
 * @saved: what the line tells
 *
 * Return: false where an older or a newer one has written it.
 */
bool saved_is_known(const struct saved *saved)
{
	return saved->format == SAVED_FORMAT && saved->abi == SHUTWATCH_ABI;
}

/**
 * saved_is_same_boot() - whether records of two files are of one boot of one host
 * @a: what one tells
 * @b: what the other one tells
 *
 * Return: true where they are, or may be, as both do not know which boot it was.
 */
bool saved_is_same_boot(const struct saved *a, const struct saved *b)
{
	return !strcmp(a->boot, b->boot) && !strcmp(a->host, b->host);
}

/**
 * saved_offset() - write a line that says what the offset is from here on
 * @to: where to, SAVED_LINE bytes
 * @offset: CLOCK_REALTIME less CLOCK_MONOTONIC, nanoseconds
 *
 * Return: the byte behind its newline.
 */
char *saved_offset(char *to, long long offset)
{
	to += offset_text(to, offset);
	*to++ = '\n';
	return to;
}

/**
 * saved_offset_parse() - read such a line
 * @offset: where the result goes; untouched after an error
 * @line: the line, without its newline
 *
 * Return: 0, -ENOENT where it is no such line, or -EINVAL where its number is none.
 */
int saved_offset_parse(long long *offset, const char *line)
{
	unsigned long long ns;
	bool negative;

	if (strncmp(line, OFFSET, strlen(OFFSET)))
		return -ENOENT;
	line += strlen(OFFSET);
	negative = *line == '-';
	if (number_parse_ns(&ns, line + negative))
		return -EINVAL;
	*offset = negative ? -(long long)ns : (long long)ns;
	return 0;
}

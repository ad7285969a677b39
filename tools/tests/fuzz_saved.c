// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nonsense for what reads files of saved records: their first lines, the offsets
 * of clocks in between, and the records, with the time of day that these make of
 * them.  Only libFuzzer drives it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz_record.h"
#include "saved/saved.h"
#include "saved/wallclock.h"
#include "source.h"

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* What was read of a first line is the same when it was copied and read again. */
static void check_header(const struct saved *saved)
{
	struct saved again;

	must(strlen(saved->line) < SHUTWATCH_LINE_MAX && !strchr(saved->line, '\n'));
	must(!saved_parse(&again, saved->line));
	must(again.format == saved->format && again.abi == saved->abi &&
	     again.offset == saved->began && !strcmp(again.host, saved->host) &&
	     !strcmp(again.kernel, saved->kernel) && !strcmp(again.boot, saved->boot));
}

static void check_offset(long long offset)
{
	char text[SAVED_LINE];
	char *end = saved_offset(text, offset);
	long long again;

	must(end - text < SAVED_LINE && end[-1] == '\n');
	end[-1] = '\0';
	must(!saved_offset_parse(&again, text) && again == offset);
}

static void check_time(const char *line)
{
	unsigned long long mono = strlen(line);
	char text[WALLCLOCK_SIZE];

	/* Any number will do: the line's first bytes are one. */
	memcpy(&mono, line, mono < sizeof(mono) ? mono : sizeof(mono));
	must(wallclock_text(text, wallclock_of(mono)) < WALLCLOCK_SIZE);
	must(wallclock_utc(text, wallclock_of(mono)) < WALLCLOCK_SIZE);
}

static void take_all(struct source *s)
{
	char *line;

	do {
		while (source_line(s, &line)) {
			check_time(line);
			fuzz_one((const unsigned char *)line, strlen(line));
			check_header(&s->saved);
			check_offset(s->saved.offset);
		}
	} while (source_wait(s) > 0);
}

/**
 * fuzz_saved() - one try of a file of saved records
 * @data: its bytes
 * @size: how many
 *
 * Return: 0.
 */
int fuzz_saved(const unsigned char *data, size_t size)
{
	int fd = memfd_create("saved", MFD_CLOEXEC);
	static struct source s;
	char path[32];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!source_open_saved(&s, path, 0, -1)) {
		take_all(&s);
		source_close(&s);
	}
	close(fd);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <names.h>

#include "module.h"
#include "record_fields.h"
#include "stream.h"

/**
 * stream_open - open one of shutwatch's files
 * @name: SHUTWATCH_FILE_*
 * @flags: of open()
 *
 * Return: a file descriptor, or -1.
 */
int stream_open(const char *name, int flags)
{
	char path[256];

	module_file(path, sizeof(path), name);
	return open(path, flags | O_CLOEXEC);
}

/**
 * stream_pipe - open the pipe, so that reading it does not block
 *
 * Return: a file descriptor, or -1.
 */
int stream_pipe(void)
{
	return stream_open(SHUTWATCH_FILE_PIPE, O_RDONLY | O_NONBLOCK);
}

/**
 * stream_slurp - read up to the end of file, or of what there is
 * @text: receives it
 * @fd: an open file
 * @chunk: how much to ask for at a time
 *
 * Return: 0 or an errno.
 */
int stream_slurp(struct text *text, int fd, size_t chunk)
{
	size_t room = 0;
	ssize_t n;

	memset(text, 0, sizeof(*text));
	for (;;) {
		if (room < text->len + chunk + 1) {
			room = 2 * (text->len + chunk + 1);
			text->data = realloc(text->data, room);
		}
		n = read(fd, text->data + text->len, chunk);
		if (n <= 0)
			break;
		text->len += n;
		text->cut |= text->data[text->len - 1] != '\n';
	}
	text->data[text->len] = '\0';
	return n && errno != EAGAIN ? errno : 0;
}

/**
 * stream_file - read all that one of shutwatch's files has
 * @text: receives it
 * @name: SHUTWATCH_FILE_*, one that ends
 *
 * Return: 0 or an errno; then there is nothing to be freed.
 */
int stream_file(struct text *text, const char *name)
{
	int fd = stream_open(name, O_RDONLY);
	int err;

	if (fd < 0)
		return errno;
	err = stream_slurp(text, fd, 1 << 16);
	close(fd);
	if (err)
		free(text->data);
	return err;
}

/**
 * stream_line - take the next line off a text
 * @rest: the text that is left, and then what is left of it
 * @line: receives the line, without its newline
 * @size: how much fits there
 *
 * What does not fit, or has no end, is taken for an empty line, which is no
 * record.
 *
 * Return: false if nothing was left.
 */
bool stream_line(const char **rest, char *line, size_t size)
{
	const char *end = strchrnul(*rest, '\n');
	size_t len = end - *rest;

	if (!**rest)
		return false;
	if (!*end || len >= size)
		len = 0;
	memcpy(line, *rest, len);
	line[len] = '\0';
	*rest = *end ? end + 1 : end;
	return true;
}

/**
 * stream_drain - read all there is, and forget it
 * @fd: an open pipe
 *
 * Return: 0 or an errno.
 */
int stream_drain(int fd)
{
	struct text text;
	int err = stream_slurp(&text, fd, 1 << 16);

	free(text.data);
	return err;
}

static void tell_line(struct told *told, __u64 *next, const char *line)
{
	struct record r;

	if (record_parse(&r, line)) {
		told->bad++;
		return;
	}
	if (record_is(&r, SHUTWATCH_KEY_KIND, kind_names.name[SHUTWATCH_KIND_LOST])) {
		__u64 count = strtoull(record_get(&r, SHUTWATCH_KEY_COUNT), NULL, 10);

		told->losses++;
		told->lost += count;
		told->lost_seq = record_seq(&r);
		if (*next && *next + count != record_seq(&r) + 1)
			told->gaps++;
	} else {
		if (*next && *next != record_seq(&r))
			told->gaps++;
		if (!told->records++)
			told->first = record_seq(&r);
		told->last = record_seq(&r);
	}
	*next = record_seq(&r) + 1;
}

/**
 * stream_tell - what do the numbers say?
 * @text: lines
 * @next: the number that the first record should have, 0 for any
 *
 * Return: what is there, and what is missing.
 */
struct told stream_tell(const struct text *text, __u64 next)
{
	char line[SHUTWATCH_LINE_MAX];
	const char *rest = text->data;
	struct told told = {};

	while (stream_line(&rest, line, sizeof(line)))
		tell_line(&told, &next, line);
	return told;
}

/**
 * stream_told - read all there is: what do the numbers say?
 * @fd: an open file
 * @next: the number that the first record should have, 0 for any
 *
 * Return: what is there, and what is missing.
 */
struct told stream_told(int fd, __u64 next)
{
	struct text text;
	struct told told;

	if (stream_slurp(&text, fd, 1 << 16))
		told = (struct told){ .bad = -1 };
	else
		told = stream_tell(&text, next);
	free(text.data);
	return told;
}

/**
 * scan_begin - read a file for its records
 * @scan: where to note where one is
 * @name: SHUTWATCH_FILE_*, one that ends
 *
 * Return: 0; an errno if it cannot be read, and it has no records then.
 */
int scan_begin(struct scan *scan, const char *name)
{
	int err = stream_file(&scan->text, name);

	if (err)
		scan->text = (struct text){};
	scan->rest = scan->text.data ?: "";
	scan->passed = 0;
	scan->bad = 0;
	return err;
}

/**
 * scan_pass - leave out records that are not asked for, which are many
 * @scan: what has begun
 * @seq: the number of the last of them
 *
 * The file has them by their numbers, with which each line begins: up to the
 * first line that has another, or none, nothing is taken apart.
 */
void scan_pass(struct scan *scan, __u64 seq)
{
	static const char begin[] = "seq=";
	const size_t len = sizeof(begin) - 1;

	while (!strncmp(scan->rest, begin, len)) {
		const __u64 number = strtoull(scan->rest + len, NULL, 10);
		const char *end = strchrnul(scan->rest, '\n');

		if (number > seq)
			break;
		scan->passed = number;
		scan->rest = *end ? end + 1 : end;
	}
}

/**
 * scan_next - take the next record
 * @scan: what has begun
 * @record: receives it
 *
 * Return: false if none was left.
 */
bool scan_next(struct scan *scan, struct record *record)
{
	while (stream_line(&scan->rest, scan->line, sizeof(scan->line))) {
		if (!record_parse(record, scan->line))
			return true;
		scan->bad++;
	}
	return false;
}

/**
 * scan_end - enough of it; for each that began
 * @scan: to be let go of
 */
void scan_end(struct scan *scan)
{
	free(scan->text.data);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nonsense for what takes files apart: saved ones, and what comes in pieces.
 * Only libFuzzer drives it.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fuzz_record.h"
#include "source.h"

/* A pipe holds so many pieces before somebody reads, and so long a one. */
#define PIECES_MAX	16
#define PIECE_MAX	4096

/* Each is read by itself; its length comes from the input, too. */
static void feed(int fd, const unsigned char *data, size_t size)
{
	size_t piece, i;

	for (i = 0; size > 1 && i < PIECES_MAX; i++) {
		piece = (size_t)(data[0] + 1) * 16;
		data++;
		size--;
		if (piece > size || i == PIECES_MAX - 1)
			piece = size < PIECE_MAX ? size : PIECE_MAX;
		if (write(fd, data, piece) != (ssize_t)piece)
			abort();
		data += piece;
		size -= piece;
	}
}

static void take_lines(struct source *s)
{
	size_t len;
	char *line;

	do {
		while (source_line(s, &line)) {
			len = strlen(line);
			if (len >= SHUTWATCH_LINE_MAX || memchr(line, '\n', len))
				abort();
			fuzz_one((const unsigned char *)line, len);
		}
	} while (source_wait(s) > 0);
}

static void take_records(struct source *s)
{
	const struct shutwatch_raw *raw;
	int found = 0;

	do {
		while ((found = source_raw(s, &raw)) > 0)
			fuzz_raw((const unsigned char *)raw, sizeof(*raw));
	} while (!found && source_wait(s) > 0);
}

/**
 * fuzz_source() - one try of a file
 * @data: whether it is of lines or of raw records; then its pieces
 * @size: how many bytes
 *
 * Return: 0.
 */
int fuzz_source(const unsigned char *data, size_t size)
{
	static struct source s;
	int fds[2];

	if (!size || pipe2(fds, O_DIRECT | O_NONBLOCK | O_CLOEXEC))
		return 0;
	/* The same complaint a million times helps nobody. */
	memset(&s, 0, offsetof(struct source, buf));
	s.fd = fds[0];
	s.warned_cut = true;
	s.warned_long = true;
	feed(fds[1], data + 1, size - 1);
	close(fds[1]);
	if (data[0] % 2)
		take_records(&s);
	else
		take_lines(&s);
	s.left_out = 0;
	source_close(&s);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Standard output, or the file that takes its place.  A system call for every
 * line would cost more than all else that is done for it: lines are written in a
 * buffer, and sent on when it is full or when there is nothing else to do.  Only
 * whole lines go out, into a pipe no more at a time than it takes in one piece.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "out.h"
#include "say.h"

/*
 * What is in the buffer: lines from @start to @end.  A signal's handler looks at
 * them, too, unless they are on their way (@busy).
 */
static char buf[64 * 1024];
static atomic_size_t start, end;
static atomic_bool busy;

/* Where they go, its name, and the most that it takes in one piece, 0 if unasked. */
static int out = STDOUT_FILENO;
static const char *out_name;
static size_t max_piece;

/* The next piece of one write(): whole lines, not more than @max if possible. */
static size_t piece(size_t max)
{
	size_t len = end - start;
	const char *newline;

	if (len <= max)
		return len;
	newline = memrchr(buf + start, '\n', max);
	return newline ? (size_t)(newline + 1 - (buf + start)) : max;
}

/* A pipe that somebody else has, too, may have been told by them not to wait. */
static bool wait_for_room(void)
{
	struct pollfd room = { .fd = out, .events = POLLOUT };

	return poll(&room, 1, -1) >= 0 || errno == EINTR;
}

static bool write_all(void)
{
	struct stat st;
	ssize_t n;

	if (!max_piece)
		max_piece = fstat(out, &st) || S_ISREG(st.st_mode) || S_ISCHR(st.st_mode) ?
			    sizeof(buf) : PIPE_BUF;
	while (start < end) {
		n = write(out, buf + start, piece(max_piece));
		if (n >= 0)
			start += (size_t)n;
		else if (errno != EINTR && !(errno == EAGAIN && wait_for_room()))
			return false;
	}
	return true;
}

/**
 * out_flush() - send on what is there
 *
 * Return: whether it arrived; complains if not.
 */
bool out_flush(void)
{
	bool arrived;

	busy = true;
	arrived = write_all();
	start = 0;
	end = 0;
	busy = false;
	if (arrived)
		return true;
	/* Where SIGPIPE is blocked. */
	if (errno == EPIPE)
		_exit(0);
	say("%s%scannot write: %s", out_name ? out_name : "", out_name ? ": " : "",
	    strerror(errno));
	return false;
}

/**
 * out_to() - write to a file from now on, and no more to what it was before
 * @fd: the file
 * @name: its name, for messages; it has to stay
 *
 * Return: false where what was left for the old one did not arrive there;
 * complains then.
 */
bool out_to(int fd, const char *name)
{
	bool arrived = out_flush();

	out = fd;
	out_name = name;
	max_piece = 0;
	return arrived;
}

/**
 * out_line() - begin a line
 *
 * Return: where it may be written, OUT_LINE bytes; then call out_done().
 */
char *out_line(void)
{
	return buf + end;
}

/**
 * out_done() - end a line, or several
 * @behind: the byte behind its newline
 *
 * Return: false where a full buffer could not be sent on; complains then.
 */
bool out_done(const char *behind)
{
	end = (size_t)(behind - buf);
	return sizeof(buf) - end >= OUT_LINE || out_flush();
}

/**
 * out_last_words() - send on what is there, if it takes no waiting
 *
 * For a signal's handler that is about to end the program: the lines that
 * belong to records we have taken.
 */
void out_last_words(void)
{
	struct pollfd ready = { .fd = out, .events = POLLOUT };
	ssize_t n;

	if (busy)
		return;
	while (start < end && poll(&ready, 1, 0) > 0 && ready.revents & POLLOUT) {
		n = write(out, buf + start, piece(PIPE_BUF));
		if (n <= 0)
			return;
		start += (size_t)n;
	}
}

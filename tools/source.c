// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the module's files, and those of saved records.  All of them the same
 * way: take what there is, hand out whole lines or records, wait when there is
 * no more.  events_pipe and events_raw differ only in that their end does not
 * come; of saved records, the lines that are none are taken out.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <time.h>
#include <unistd.h>

#include "decode.h"
#include "number.h"
#include "say.h"
#include "source.h"
#include "saved/wallclock.h"

#define NS_PER_SEC	1000000000ULL
#define NS_PER_MS	1000000ULL

/*
 * While records keep coming, wait this long for a batch: a wake-up for each
 * would cost more than reading it.
 */
#define BATCH_MS	10

/* So that read() is asked for whole records, and there is room for a NUL. */
#define BUF_SIZE	(sizeof(((struct source *)0)->buf) - 8)

static bool debugfs_is_mounted(void)
{
	struct statfs fs;

	/* Without the right to look, believe that it is. */
	return statfs(SHUTWATCH_DEBUGFS, &fs) || fs.f_type == DEBUGFS_MAGIC;
}

/* What to do about it: an error without that is half a message. */
static void say_cannot_open(const char *dir, const char *path, int err)
{
	if ((err == EACCES || err == EPERM) && geteuid()) {
		say("%s: %s\n  run as root: sudo shutwatch", path, strerror(err));
	} else if (err == EPERM) {
		say("%s: %s, although you are root\n"
		    "  the kernel may be locked down: see /sys/kernel/security/lockdown",
		    path, strerror(err));
	} else if (err == EACCES) {
		say("%s: %s, although you are root\n"
		    "  leave the container, or give it CAP_DAC_OVERRIDE", path, strerror(err));
	} else if (err != ENOENT && err != ENOTDIR) {
		say("%s: %s", path, strerror(err));
	} else if (strcmp(dir, SOURCE_DIR)) {
		say("there is no %s\n"
		    "  --dir says where the files of the module are: in " SOURCE_DIR " without it",
		    path);
	} else if (!debugfs_is_mounted()) {
		say("debugfs is not mounted\n"
		    "  mount it: mount -t debugfs none " SHUTWATCH_DEBUGFS);
	} else {
		say("the module is not loaded: there is no %s\n"
		    "  load it: insmod module/shutwatch.ko, or modprobe shutwatch", path);
	}
}

static int open_file(char *path, size_t size, const char *dir, const char *file)
{
	int fd;

	if ((size_t)snprintf(path, size, "%s/%s", dir, file) >= size)
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_abi(char *path, size_t size, const char *dir, unsigned long *abi)
{
	char text[32];
	ssize_t len;
	int fd, err;

	fd = open_file(path, size, dir, SHUTWATCH_FILE_ABI);
	if (fd < 0)
		return fd;
	len = read(fd, text, sizeof(text) - 1);
	err = errno;
	close(fd);
	if (len < 0)
		return -err;
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return number_parse(abi, text, ULONG_MAX);
}

/**
 * source_module_abi() - ask the module which ABI it speaks, without complaint
 * @dir: where its files are
 * @abi: where the number goes
 *
 * Return: 0, or a negative error number where it cannot be known.
 */
int source_module_abi(const char *dir, unsigned long *abi)
{
	char path[PATH_MAX];

	return read_abi(path, sizeof(path), dir, abi);
}

/**
 * source_check() - see whether the module is there and speaks our ABI
 * @dir: where its files are
 *
 * Return: 0, or -1 after a message that names the cure.
 */
int source_check(const char *dir)
{
	char path[PATH_MAX];
	unsigned long abi;
	int err;

	err = read_abi(path, sizeof(path), dir, &abi);
	if (err == -EINVAL) {
		say("%s does not hold the number of an ABI: is this the module's directory?",
		    path);
		return -1;
	}
	if (err) {
		say_cannot_open(dir, path, -err);
		return -1;
	}
	if (abi == SHUTWATCH_ABI)
		return 0;
	say("this reader speaks ABI %d, the module ABI %lu\n  %s", SHUTWATCH_ABI, abi,
	    abi > SHUTWATCH_ABI ? "upgrade the reader: make -C tools, from the module's sources" :
	    "upgrade the module: rmmod shutwatch, and load the one that came with this reader");
	return -1;
}

/**
 * source_has() - whether the module has a file
 * @dir: where the files are
 * @file: which of them
 *
 * Return: false where there is no such file; source_open() says all else.
 */
bool source_has(const char *dir, const char *file)
{
	char path[PATH_MAX];

	return (size_t)snprintf(path, sizeof(path), "%s/%s", dir, file) < sizeof(path) &&
	       (!access(path, F_OK) || errno != ENOENT);
}

/**
 * source_open() - open one of the module's files
 * @s: where the state goes
 * @dir: where the files are
 * @file: which of them
 *
 * Return: 0, or -1 after a message that names the cure.
 */
int source_open(struct source *s, const char *dir, const char *file)
{
	memset(s, 0, offsetof(struct source, buf));
	s->out = STDOUT_FILENO;
	s->fd = open_file(s->path, sizeof(s->path), dir, file);
	if (s->fd == -ENOENT) {
		say("%s: %s, although \"" SHUTWATCH_FILE_ABI "\" was there\n"
		    "  is the module just being unloaded?", s->path, strerror(ENOENT));
		return -1;
	}
	if (s->fd < 0) {
		say_cannot_open(dir, s->path, -s->fd);
		return -1;
	}
	return 0;
}

/**
 * source_skip() - leave out all that is there already
 * @s: the file, just opened
 *
 * Where there is nothing to skip, as in a pipe, all is new.
 *
 * Return: 0, or -1 after a message.
 */
int source_skip(struct source *s)
{
	if (lseek(s->fd, 0, SEEK_END) >= 0 || errno == ESPIPE)
		return 0;
	say("%s: %s", s->path, strerror(errno));
	return -1;
}

/**
 * source_clock() - the time, by the clock of the records
 *
 * Return: nanoseconds of CLOCK_MONOTONIC.
 */
unsigned long long source_clock(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (unsigned long long)ts.tv_sec * NS_PER_SEC + (unsigned long long)ts.tv_nsec;
}

/**
 * source_time_left() - how long poll() may wait
 * @s: the file
 *
 * Return: milliseconds: -1 for ever, 0 where the time is up.
 */
int source_time_left(const struct source *s)
{
	unsigned long long now, left;

	if (!s->deadline)
		return -1;
	now = source_clock();
	if (now >= s->deadline)
		return 0;
	left = (s->deadline - now + NS_PER_MS - 1) / NS_PER_MS;
	return left < INT_MAX ? (int)left : INT_MAX;
}

/* As poll(2), with the signals let through that may come meanwhile. */
static int poll_for(const struct source *s, struct pollfd fds[2], int ms)
{
	struct timespec timeout = { ms / 1000, ms % 1000 * (long)NS_PER_MS };

	return ppoll(fds, 2, ms < 0 ? NULL : &timeout, s->sigmask);
}

/* What is returned after a signal: nothing came, but go and look. */
#define INTERRUPTED	2

/*
 * Wait for something to read, or for a batch: then POLLPRI says that the ring's
 * watermark is passed.  Return: 1, 0 where the time is up or nobody listens to
 * us any more, INTERRUPTED, or -errno.
 */
static int wait_readable(struct source *s)
{
	struct pollfd fds[] = {
		{ .fd = s->fd, .events = POLLIN },
		/* Without asking, this one reports that the pipe was closed. */
		{ .fd = s->out },
	};
	int left = source_time_left(s);
	int n;

	if (!left)
		return 0;
	if (source_clock() - s->woken < BATCH_MS * NS_PER_MS && (left < 0 || left > BATCH_MS)) {
		fds[0].events = POLLPRI;
		left = BATCH_MS;
	}
	n = poll_for(s, fds, left);
	if (n < 0)
		return errno == EINTR ? INTERRUPTED : -errno;
	if (fds[1].revents & POLLERR)
		return 0;
	if (fds[0].events == POLLIN)
		s->woken = source_clock();
	return 1;
}

/* The first of a sort is told at once, how many there were when the file is closed. */
static void leave_out(struct source *s, bool *warned, const char *what)
{
	if (!*warned)
		say("%s: left out %s", s->path, what);
	*warned = true;
	s->left_out++;
}

/**
 * source_leave_out() - take notice of a line that is no record, and say so
 * @s: the file
 */
void source_leave_out(struct source *s)
{
	leave_out(s, &s->warned_foreign, "a line that this reader does not understand");
}

/*
 * At the end: a last line, or record, without its own end was cut.  Return: 0, or
 * -EBADMSG where somebody has to hear that there was more.
 */
static int check_end(struct source *s)
{
	if (!s->skipping && !s->end)
		return 0;
	if (!s->is_saved) {
		leave_out(s, &s->warned_cut, "a last line that was cut short");
		return 0;
	}
	s->left_out++;
	say("%s: it is cut short in the middle of a line, which is left out\n"
	    "  was the disk full? copy the file anew, or do with what there is", s->path);
	return -EBADMSG;
}

/**
 * source_more() - read more, if there is any
 * @s: the file, of which all that is whole was taken
 *
 * A last line, or record, that was cut is left out with a message.
 *
 * Return: 1, 0 at the end, -EAGAIN where there is nothing yet, or another
 * negative error number after a message.
 */
int source_more(struct source *s)
{
	ssize_t len;
	int err;

	if (s->is_wrong)
		return -EBADMSG;
	memmove(s->buf, s->buf + s->start, s->end - s->start);
	s->end -= s->start;
	s->start = 0;
	do {
		len = read(s->fd, s->buf + s->end, BUF_SIZE - s->end);
	} while (len < 0 && errno == EINTR);
	if (len < 0) {
		err = errno;
		if (err != EAGAIN)
			say("%s: %s", s->path, strerror(err));
		return -err;
	}
	s->end += (size_t)len;
	return len ? 1 : check_end(s);
}

/*
 * Saved records may come out of a pipe, in which read() would wait for ever.
 * Where nobody listens to us any more, it is the end, as with out_flush().
 * Return: 1, 0 where the time is up, or INTERRUPTED.
 */
static int wait_for_saved(const struct source *s)
{
	struct pollfd fds[] = {
		{ .fd = s->fd, .events = POLLIN },
		{ .fd = s->out },
	};
	int n = poll_for(s, fds, source_time_left(s));

	if (n < 0 && errno == EINTR)
		return INTERRUPTED;
	if (n > 0 && fds[1].revents & POLLERR)
		_exit(0);
	/* What is wrong with it, read() says. */
	return n != 0;
}

/**
 * source_end_if_over() - where the time is up, there is no more
 * @s: the file, one of the module's, with a record that is late
 *
 * If so, source_wait() says from now on that there is no more.
 *
 * Return: whether it is up.  Where the record is late already and it is not, the
 * clock is that of another time namespace.
 */
bool source_end_if_over(struct source *s)
{
	if (source_time_left(s))
		return false;
	s->start = s->end;
	s->is_over = true;
	return true;
}

/**
 * source_wait() - read more, and wait for it where the file is one to wait for
 * @s: the file, of which all that is whole was taken
 *
 * When the time is up, there is no more waiting, but what came in time is still
 * there to read: how late the reader is shall not matter.  Of the module's files
 * that is all that there is, or up to a record that is late, as source_has_ended()
 * finds out; of a pipe with saved records, whose clock may be any, one read.
 *
 * Return: 1, also where a signal came instead, 0 at the end, or -1 after a
 * message.
 */
int source_wait(struct source *s)
{
	int more, ready;

	if (s->is_over)
		return 0;
	s->is_over = s->is_saved && !source_time_left(s);
	ready = s->is_saved ? wait_for_saved(s) : 1;
	if (ready != 1)
		return ready == INTERRUPTED;
	while ((more = source_more(s)) == -EAGAIN) {
		ready = wait_readable(s);
		if (ready < 0)
			say("%s: %s", s->path, strerror(-ready));
		if (ready <= 0)
			return ready < 0 ? -1 : 0;
		if (ready == INTERRUPTED)
			return 1;
	}
	return more < 0 ? -1 : more;
}

/* What went through mail, or another system, may have another newline. */
static char *end_of_line(const struct source *s, char *begin, char *newline)
{
	return s->is_saved && newline > begin && newline[-1] == '\r' ? newline - 1 : newline;
}

/* Behind a file that was cut another one may stand, and begin in the middle of a line. */
static char *begin_of_line(struct source *s, char *begin, const char *newline)
{
	char *file;

	if (!s->is_saved || !s->saved.format)
		return begin;
	file = memmem(begin, (size_t)(newline - begin), SAVED_BEGIN, strlen(SAVED_BEGIN));
	if (!file || file == begin)
		return begin;
	leave_out(s, &s->warned_cut, "a line that was cut short");
	return file;
}

/*
 * Take a line out of the buffer.  Return: 1, 0 where there is no whole one, or
 * -EINVAL where it had to be left out.
 */
static int whole_line(struct source *s, char **line)
{
	char *begin = s->buf + s->start;
	char *newline = memchr(begin, '\n', s->end - s->start);
	bool too_long = s->skipping;

	if (!newline) {
		if (s->end - s->start >= 2 * SHUTWATCH_LINE_MAX) {
			s->skipping = true;
			s->start = s->end;
		}
		return 0;
	}
	s->skipping = false;
	s->start = (size_t)(newline + 1 - s->buf);
	begin = begin_of_line(s, begin, newline);
	if (too_long || newline - begin >= SHUTWATCH_LINE_MAX)
		return -EINVAL;
	newline = end_of_line(s, begin, newline);
	*newline = '\0';
	*line = begin;
	/* With a NUL in it, the line would pass for a shorter one. */
	return strlen(begin) == (size_t)(newline - begin) ? 1 : -EINVAL;
}

static void refuse_saved(struct source *s, const struct saved *saved, int err)
{
	s->is_wrong = true;
	if (err)
		say("%s: its first line is damaged\n  copy the file anew", s->path);
	else if (saved->format > SAVED_FORMAT || saved->abi > SHUTWATCH_ABI)
		say("%s: a newer shutwatch has written this (format %lu, ABI %lu)\n"
		    "  upgrade the reader: make -C tools, from newer sources",
		    s->path, saved->format, saved->abi);
	else
		say("%s: an older shutwatch has written this (format %lu, ABI %lu)\n"
		    "  read it with the shutwatch that wrote it",
		    s->path, saved->format, saved->abi);
}

/* Without it, what follows has times of day that may be wrong. */
static bool is_offset(struct source *s, const char *line)
{
	int err = saved_offset_parse(&s->saved.offset, line);

	if (err == -EINVAL)
		leave_out(s, &s->warned_offset,
			  "a damaged line of the clock: times of day behind it may be wrong");
	else if (!err)
		wallclock_set(s->saved.offset);
	return err != -ENOENT;
}

/* A line of saved records that is none: the first of all, a new offset, or half of one. */
static bool is_of_saved(struct source *s, const char *line)
{
	struct saved saved;
	int err;

	if (saved_is_cut(line)) {
		leave_out(s, &s->warned_cut, "a line that was cut short");
		return true;
	}
	if (is_offset(s, line))
		return true;
	if (!saved_is_header(line))
		return false;
	err = saved_parse(&saved, line);
	if (err || !saved_is_known(&saved)) {
		refuse_saved(s, &saved, err);
		return true;
	}
	s->saved = saved;
	wallclock_set(saved.offset);
	return true;
}

/**
 * source_line() - the next line of what was read
 * @s: the file
 * @line: where the line goes, without its newline; good until source_wait()
 *
 * Return: false where there is no whole one: see source_wait().
 */
bool source_line(struct source *s, char **line)
{
	int found;

	do {
		while ((found = whole_line(s, line)) < 0)
			leave_out(s, &s->warned_long, "a line that is too long, or binary");
	} while (found > 0 && s->is_saved && !s->is_wrong && is_of_saved(s, *line));
	return found > 0 && !s->is_wrong;
}

/* By gzip, as logrotate does it. */
static bool is_compressed(const struct source *s)
{
	return s->end > 1 && !memcmp(s->buf, "\x1f\x8b", 2);
}

static void say_is_none(const struct source *s)
{
	say("%s: this is no file of saved records\n  %s", s->path,
	    is_compressed(s) ? "it is compressed: 'zcat FILE | shutwatch -r -' reads it" :
	    "-r reads what 'shutwatch record FILE' has written");
}

/* The first line has to be there, and to be ours, if it comes before the end. */
static int check_saved(struct source *s)
{
	char *line;
	int more;

	do {
		more = source_wait(s);
	} while (more > 0 && !memchr(s->buf, '\n', s->end) && s->end < SHUTWATCH_LINE_MAX &&
		 !is_compressed(s));
	if (more < 0)
		return -1;
	if (!more && !wait_for_saved(s))
		return 0;
	if (whole_line(s, &line) <= 0 || !saved_is_header(line)) {
		say_is_none(s);
		return -1;
	}
	is_of_saved(s, line);
	return s->is_wrong ? -1 : 0;
}

/* Of a pipe that nobody has opened to write, too, it is poll() that waits. */
static int open_to_wait(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		fcntl(fd, F_SETFL, 0);
	return fd;
}

/**
 * source_open_saved() - open a file of saved records
 * @s: where the state goes
 * @path: the file, "-" for standard input
 * @deadline: until when to wait, as source_clock() tells it, or 0 for ever
 * @out: as in struct source
 *
 * Return: 0, or -1 after a message that names the cure.
 */
int source_open_saved(struct source *s, const char *path, unsigned long long deadline, int out)
{
	bool is_stdin = path[0] == '-' && !path[1];
	struct stat st;

	memset(s, 0, offsetof(struct source, buf));
	s->out = out;
	s->is_saved = true;
	s->deadline = deadline;
	snprintf(s->path, sizeof(s->path), "%s", is_stdin ? "standard input" : path);
	s->fd = is_stdin ? STDIN_FILENO : open_to_wait(path);
	if (s->fd < 0) {
		say("%s: %s", s->path, strerror(errno));
		return -1;
	}
	/* It is all there, and is no matter of time. */
	if (!fstat(s->fd, &st) && S_ISREG(st.st_mode))
		s->deadline = 0;
	if (!check_saved(s))
		return 0;
	source_close(s);
	return -1;
}

/**
 * source_raw() - the next record of what was read of events_raw
 * @s: the file
 * @raw: where it goes; good until source_wait()
 *
 * Return: 1, 0 where there is no whole one, see source_wait(), or the error of
 * raw_check().
 */
int source_raw(struct source *s, const struct shutwatch_raw **raw)
{
	const struct shutwatch_raw *next = (const void *)(s->buf + s->start);
	int err;

	if (s->end - s->start < sizeof(*next))
		return 0;
	err = raw_check(next, s->end - s->start);
	if (err)
		return err;
	*raw = next;
	s->start += sizeof(*next);
	return 1;
}

static bool stat_of(const char *name, int if_dash, struct stat *st)
{
	return strcmp(name, "-") ? !stat(name, st) : !fstat(if_dash, st);
}

/**
 * is_same_file() - whether two names are of one regular file
 * @read: one that is read, "-" for standard input
 * @written: one that is written to, "-" for standard output
 *
 * Return: true where what is written to one could not be read of the other.
 */
bool is_same_file(const char *read, const char *written)
{
	struct stat x, y;

	return stat_of(read, STDIN_FILENO, &x) && stat_of(written, STDOUT_FILENO, &y) &&
	       S_ISREG(x.st_mode) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/**
 * source_close() - close the file, and say how much of it was left out
 * @s: the file
 */
void source_close(struct source *s)
{
	if (s->left_out > 1)
		say("%s: left out %lu lines in all", s->path, s->left_out);
	close(s->fd);
}

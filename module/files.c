// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files in debugfs.
 *
 * All are 0400 and can only be read: no write, no ioctl, no mmap, so that they
 * open under lockdown.  Each open file of the stream has its own place in the
 * ring, so that readers never take records from each other.  An open file pins
 * the module: debugfs takes a reference for its owner.
 */

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "callers.h"
#include "counters.h"
#include "files.h"
#include "format.h"
#include "hooks.h"
#include "raw.h"
#include "ring.h"
#include "shared/text.h"
#include "skipped.h"
#include "socktab.h"

static struct dentry *dir;
static const struct sw_hook *hooks;	/* SW_HOOK_COUNT of them */
static atomic_t readers;

/* ---- events, events_pipe and events_raw ---- */

/*
 * A reader that keeps up is woken at most this often, so that it finds a batch
 * of records; unless the watermark is passed.
 */
#define BATCH_TIME	msecs_to_jiffies(10)

/**
 * struct view - what one of the files makes of the records
 * @follow: waits for more at the end, where events stops
 * @raw: records for programs, not lines
 */
struct view {
	bool	follow;
	bool	raw;
};

static struct view events_view;
static struct view pipe_view = { .follow = true };
static struct view raw_view = { .follow = true, .raw = true };

/**
 * struct stream - an open file of the stream of records
 * @lock: protects @cursor, @kept, @len, @pos and @buf, should two threads read
 *	one file; those that wait look at @cursor, @len and @pos without it
 * @view: what is made of the records
 * @cursor: the next record
 * @woken: when a reader was last woken, jiffies; any of two threads' will do
 * @kept: texts that one line leaves to the next
 * @len: bytes in @buf
 * @pos: how many of them were given out
 * @buf: a page of lines, or of raw records, that is being given out
 */
struct stream {
	struct mutex		lock;		/* cursor, kept, len, pos, buf */
	const struct view	*view;
	struct sw_cursor	cursor;
	unsigned long		woken;
	struct sw_kept		kept;
	size_t			len;
	size_t			pos;
	char			*buf;
};

static int records_open(struct inode *inode, struct file *file)
{
	struct stream *stream = kzalloc(sizeof(*stream), GFP_KERNEL);

	if (!stream)
		return -ENOMEM;
	stream->buf = (char *)__get_free_page(GFP_KERNEL);
	if (!stream->buf) {
		kfree(stream);
		return -ENOMEM;
	}
	mutex_init(&stream->lock);
	stream->view = inode->i_private;
	sw_ring_seek_oldest(&stream->cursor, stream->view->follow);
	stream->woken = jiffies - BATCH_TIME;
	file->private_data = stream;
	atomic_inc(&readers);
	return 0;
}

static int records_release(struct inode *inode, struct file *file)
{
	struct stream *stream = file->private_data;

	free_page((unsigned long)stream->buf);
	kfree(stream);
	atomic_dec(&readers);
	return 0;
}

static void add_line(struct stream *stream, const struct sw_record *rec)
{
	stream->len += sw_format_record(stream->buf + stream->len, rec, &stream->kept);
}

static void add_raw(struct stream *stream, const struct sw_record *rec)
{
	sw_raw_record((struct shutwatch_raw *)(stream->buf + stream->len), rec);
	stream->len += sizeof(struct shutwatch_raw);
}

/* Fills the page while there are records and room for the longest one. */
static bool fill(struct stream *stream)
{
	bool raw = stream->view->raw;
	size_t longest = raw ? sizeof(struct shutwatch_raw) : SHUTWATCH_LINE_MAX;
	struct sw_record rec;

	stream->pos = 0;
	stream->len = 0;
	while (PAGE_SIZE - stream->len >= longest &&
	       sw_ring_read(&stream->cursor, &rec)) {
		if (raw)
			add_raw(stream, &rec);
		else
			add_line(stream, &rec);
	}
	return stream->len;
}

/* How many bytes to give out: whole records, if at least one fits. */
static size_t whole_records(const struct stream *stream, size_t size)
{
	size_t n = stream->len - stream->pos;

	if (n <= size)
		return n;
	if (stream->view->raw)
		return size - size % sizeof(struct shutwatch_raw);
	for (n = size; n; n--)
		if (stream->buf[stream->pos + n - 1] == '\n')
			return n;
	return 0;
}

/* Copies whole records; a line that is longer than @size goes out in pieces. */
static ssize_t copy_records(struct stream *stream, char __user *buf, size_t size)
{
	size_t done = 0, n;

	while (done < size && (stream->pos < stream->len || fill(stream))) {
		n = whole_records(stream, size - done);
		if (!n) {
			if (done)
				break;
			n = size;
		}
		if (copy_to_user(buf + done, stream->buf + stream->pos, n))
			return done ?: -EFAULT;
		stream->pos += n;
		done += n;
	}
	return done;
}

/* On a busy system a wake-up for every record would cost more than reading. */
static int wait_for_more(struct stream *stream)
{
	int err;

	if (time_before(jiffies, READ_ONCE(stream->woken) + BATCH_TIME))
		sw_ring_wait_batch(&stream->cursor, BATCH_TIME);
	err = sw_ring_wait(&stream->cursor);
	WRITE_ONCE(stream->woken, jiffies);
	return err;
}

static ssize_t records_read(struct file *file, char __user *buf, size_t size,
			    loff_t *ppos)
{
	struct stream *stream = file->private_data;
	ssize_t done;
	int err;

	if (!size)
		return 0;
	if (stream->view->raw && size < sizeof(struct shutwatch_raw))
		return -EINVAL;
	for (;;) {
		if (mutex_lock_interruptible(&stream->lock))
			return -ERESTARTSYS;
		done = copy_records(stream, buf, size);
		mutex_unlock(&stream->lock);
		if (done || !stream->view->follow)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		err = wait_for_more(stream);
		if (err)
			return err;
	}
}

static bool has_rest(const struct stream *stream)
{
	/* Another thread may be reading: what it takes is not left for us. */
	return data_race(READ_ONCE(stream->pos) < READ_ONCE(stream->len));
}

/*
 * A program that asks for EPOLLPRI alone is woken when the watermark is passed,
 * and not by the next record.
 */
static __poll_t records_poll(struct file *file, poll_table *wait)
{
	struct stream *stream = file->private_data;
	__poll_t asked = poll_requested_events(wait), told = 0;

	poll_wait(file, sw_ring_waitqueue(), wait);
	if (asked & (EPOLLIN | EPOLLRDNORM)) {
		/*
		 * Also where a rest is left: an edge-triggered program takes it and
		 * waits, and nobody asks again.
		 */
		bool more = sw_ring_readable_or_wake(&stream->cursor);

		if (more || has_rest(stream))
			told |= EPOLLIN | EPOLLRDNORM;
	}
	if (asked & EPOLLPRI && sw_ring_above_watermark(&stream->cursor))
		told |= EPOLLPRI;
	return told;
}

/*
 * As /dev/kmsg has it: to the oldest record, or behind the newest.  All else is
 * no error and does nothing: head(1) and tail(1) try what they cannot know.
 */
static loff_t records_llseek(struct file *file, loff_t offset, int whence)
{
	struct stream *stream = file->private_data;

	if (offset || (whence != SEEK_SET && whence != SEEK_END))
		return noop_llseek(file, offset, whence);
	if (mutex_lock_interruptible(&stream->lock))
		return -ERESTARTSYS;
	stream->pos = 0;
	stream->len = 0;
	if (whence == SEEK_SET)
		sw_ring_seek_oldest(&stream->cursor, stream->view->follow);
	else
		sw_ring_seek_end(&stream->cursor);
	mutex_unlock(&stream->lock);
	return 0;
}

static const struct file_operations events_fops = {
	.owner = THIS_MODULE,
	.open = records_open,
	.read = records_read,
	.release = records_release,
	.llseek = noop_llseek,
};

static const struct file_operations pipe_fops = {
	.owner = THIS_MODULE,
	.open = records_open,
	.read = records_read,
	.poll = records_poll,
	.release = records_release,
	.llseek = records_llseek,
};

/* ---- sockets ---- */

static void *sockets_at(loff_t *pos)
{
	return *pos < sw_socktab_size() ? pos : NULL;
}

static void *sockets_start(struct seq_file *m, loff_t *pos)
{
	return sockets_at(pos);
}

static void *sockets_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return sockets_at(pos);
}

static void sockets_stop(struct seq_file *m, void *v)
{
}

static int sockets_show(struct seq_file *m, void *v)
{
	char line[SHUTWATCH_LINE_MAX];
	struct sw_kept kept = {};
	struct sw_sockinfo info;

	if (!sw_socktab_show(*(loff_t *)v, &info))
		return SEQ_SKIP;
	seq_write(m, line, sw_format_sockinfo(line, &info, &kept));
	return 0;
}

static const struct seq_operations sockets_seq = {
	.start = sockets_start,
	.next = sockets_next,
	.stop = sockets_stop,
	.show = sockets_show,
};

static int sockets_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &sockets_seq);
}

static const struct file_operations sockets_fops = {
	.owner = THIS_MODULE,
	.open = sockets_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release,
};

/* ---- totals, stats and abi ---- */

static void show_total(struct seq_file *m, u8 by, u8 sent, u8 why)
{
	char line[SHUTWATCH_LINE_MAX];
	struct sw_total total = {
		.count = sw_total_sum(by, sent, why),
		.by = by,
		.sent = sent,
		.why = why,
	};

	if (total.count)
		seq_write(m, line, sw_format_total(line, &total));
}

static int totals_show(struct seq_file *m, void *v)
{
	u8 by, sent, why;

	for (by = 0; by < SHUTWATCH_BY_COUNT; by++)
		for (sent = 0; sent < SHUTWATCH_SENT_COUNT; sent++)
			for (why = 0; why < SHUTWATCH_WHY_COUNT; why++)
				show_total(m, by, sent, why);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(totals);

static void show_callers(struct seq_file *m)
{
	const char *name;
	unsigned int i;
	bool found;

	for (i = 0; (name = sw_caller_name(i, &found)); i++)
		seq_printf(m, "caller.%s %d\n", name, found);
}

static void show_hook(struct seq_file *m, enum sw_hook_id id)
{
	const struct sw_hook *hook = &hooks[id];

	if (!hook->symbol[0])
		return;
	seq_printf(m, "armed.%s %d\n", hook->name, hook->armed);
	seq_printf(m, "hits.%s %llu\n", hook->name, sw_hook_hits(id));
	seq_printf(m, "nmissed.%s %lu\n", hook->name, sw_hook_nmissed(hook));
}

static int stats_show(struct seq_file *m, void *v)
{
	unsigned int i;

	for (i = 0; i < SW_COUNTER_COUNT; i++)
		seq_printf(m, "%s %llu\n", sw_counter_name(i), sw_counter_sum(i));
	seq_printf(m, "sockets %u\n", sw_socktab_tracked());
	seq_printf(m, "readers %d\n", atomic_read(&readers));
	seq_printf(m, "kprobes %d\n", sw_kprobes_work());
	for (i = 0; i < SW_HOOK_COUNT; i++)
		show_hook(m, i);
	show_callers(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static int abi_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%d\n", SHUTWATCH_ABI);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(abi);

/*
 * Once there is a file, it may be open, and the module cannot be refused any
 * more: then one that is missing has to do.
 */
static void make_file(const char *name, void *data, const struct file_operations *fops)
{
	struct dentry *file = debugfs_create_file(name, 0400, dir, data, fops);

	if (IS_ERR(file))
		pr_warn("cannot make the file %s (error %ld): load the module again\n",
			name, PTR_ERR(file));
}

/**
 * sw_files_init() - make the files
 * @table: the hooks that stats reports, SW_HOOK_COUNT long
 *
 * Context: process, may sleep.
 * Return: 0 or a negative errno.
 */
int sw_files_init(const struct sw_hook *table)
{
	hooks = table;
	dir = debugfs_create_dir(SHUTWATCH_DIR, NULL);
	if (IS_ERR(dir)) {
		pr_err("cannot make the directory %s of debugfs (error %ld): not loading\n",
		       SHUTWATCH_DIR, PTR_ERR(dir));
		return PTR_ERR(dir);
	}
	make_file(SHUTWATCH_FILE_ABI, NULL, &abi_fops);
	make_file(SHUTWATCH_FILE_EVENTS, &events_view, &events_fops);
	make_file(SHUTWATCH_FILE_PIPE, &pipe_view, &pipe_fops);
	make_file(SHUTWATCH_FILE_RAW, &raw_view, &pipe_fops);
	make_file(SHUTWATCH_FILE_SOCKETS, NULL, &sockets_fops);
	make_file(SHUTWATCH_FILE_STATS, NULL, &stats_fops);
	make_file(SHUTWATCH_FILE_TOTALS, NULL, &totals_fops);
	return 0;
}

/**
 * sw_files_exit() - take the files away
 *
 * None is open: each pins the module.
 *
 * Context: process, sleeps.
 */
void sw_files_exit(void)
{
	debugfs_remove(dir);
}

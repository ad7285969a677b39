// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shows how long the machine has idled: all of its CPUs at a time.
 *
 * The kernel's own account is shown in hundredths of a second, and recent
 * kernels keep it by the tick.  Here a CPU idles from where it announces it to
 * the first interrupt, or to where it takes the announcement back.
 *
 * Under QEMU's -icount CPUs take turns, and one clock counts the instructions
 * of them all.  It jumps when none has anything to do: that is what is told.
 */

#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>
#include <trace/events/power.h>

static DEFINE_PER_CPU(bool, rests);
/* protects the three below */
static DEFINE_RAW_SPINLOCK(lock);
static unsigned int resting;	/* CPUs that rest */
static u64 since;		/* since when the last one does */
static u64 sum;
static struct dentry *file;

static void rest(void)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	if (!this_cpu_read(rests)) {
		this_cpu_write(rests, true);
		if (++resting == num_online_cpus())
			since = ktime_get_mono_fast_ns();
	}
	raw_spin_unlock_irqrestore(&lock, flags);
}

static void wake(void)
{
	unsigned long flags;

	if (!this_cpu_read(rests))
		return;
	raw_spin_lock_irqsave(&lock, flags);
	if (this_cpu_read(rests)) {
		this_cpu_write(rests, false);
		if (resting-- == num_online_cpus())
			sum += ktime_get_mono_fast_ns() - since;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
}

static void at_idle(void *data, unsigned int state, unsigned int cpu)
{
	if (state == (unsigned int)PWR_EVENT_EXIT)
		wake();
	else
		rest();
}

/* Called with more arguments than it looks at, which no calling convention minds. */
static void at_interrupt(void *data)
{
	wake();
}

/**
 * struct hook - a tracepoint
 * @name: its name
 * @handler: ours
 * @tp: the tracepoint, NULL where the kernel has none of this name
 */
static struct hook {
	const char		*name;
	void			*handler;
	struct tracepoint	*tp;
} hooks[] = {
	{ .name = "cpu_idle", .handler = at_idle },
	{ .name = "irq_handler_entry", .handler = at_interrupt },
	{ .name = "local_timer_entry", .handler = at_interrupt },
	{ .name = "reschedule_entry", .handler = at_interrupt },
	{ .name = "irq_work_entry", .handler = at_interrupt },
	{ .name = "call_function_single_entry", .handler = at_interrupt },
};

static void find(struct tracepoint *tp, void *priv)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(tp->name, hooks[i].name))
			hooks[i].tp = tp;
}

static void unhook(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].tp)
			tracepoint_probe_unregister(hooks[i].tp, hooks[i].handler, NULL);
	tracepoint_synchronize_unregister();
}

static int idle_show(struct seq_file *m, void *v)
{
	unsigned long flags;
	u64 idled;

	raw_spin_lock_irqsave(&lock, flags);
	idled = sum;
	raw_spin_unlock_irqrestore(&lock, flags);
	seq_printf(m, "%llu\n", idled);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(idle);

static int __init idle_init(void)
{
	unsigned int i;

	for_each_kernel_tracepoint(find, NULL);
	if (!hooks[0].tp)
		return -ENOENT;
	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (hooks[i].tp)
			tracepoint_probe_register(hooks[i].tp, hooks[i].handler, NULL);
	file = debugfs_create_file("bench_idle", 0400, NULL, NULL, &idle_fops);
	return 0;
}

static void __exit idle_exit(void)
{
	debugfs_remove(file);
	unhook();
}

module_init(idle_init);
module_exit(idle_exit);

MODULE_DESCRIPTION("Shows how long the machine has idled, in nanoseconds");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shows what all CPUs have idled, in nanoseconds.
 *
 * The kernel's own account is shown in hundredths of a second, and recent
 * kernels keep it by the tick.  Here a CPU idles from where it announces it to
 * the first interrupt, or to where it takes the announcement back.
 */

#include <linux/cpumask.h>
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>
#include <trace/events/power.h>

/**
 * struct rest - the rest of a CPU
 * @since: when it began, 0 if there is none
 * @sum: what it has rested so far
 */
struct rest {
	u64	since;
	u64	sum;
};

static DEFINE_PER_CPU(struct rest, rests);
static struct dentry *file;

static void wake(void)
{
	struct rest *rest = this_cpu_ptr(&rests);

	if (rest->since)
		rest->sum += ktime_get_mono_fast_ns() - rest->since;
	rest->since = 0;
}

static void at_idle(void *data, unsigned int state, unsigned int cpu)
{
	if (state == (unsigned int)PWR_EVENT_EXIT)
		wake();
	else
		this_cpu_write(rests.since, ktime_get_mono_fast_ns());
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
	u64 sum = 0;
	int cpu;

	for_each_online_cpu(cpu)
		sum += per_cpu(rests.sum, cpu);
	seq_printf(m, "%llu\n", sum);
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

MODULE_DESCRIPTION("Shows what all CPUs have idled, in nanoseconds");
MODULE_LICENSE("GPL");

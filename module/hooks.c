// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arming the hooks.
 *
 * Knows kprobes, kretprobes and tracepoints, and nothing of sockets: the table
 * comes from probes.c.
 */

#include <linux/slab.h>
#include <linux/string.h>

#include "hooks.h"

DEFINE_PER_CPU(u64 [SW_HOOK_COUNT], sw_hits);

static int arm_kprobe_at(struct sw_hook *hook, const char *symbol)
{
	/* The core changes the struct: fill it anew for each try. */
	memset(&hook->kp, 0, sizeof(hook->kp));
	hook->kp.symbol_name = symbol;
	hook->kp.pre_handler = hook->entry;
	return register_kprobe(&hook->kp);
}

static int arm_kretprobe_at(struct sw_hook *hook, const char *symbol)
{
	memset(&hook->rp, 0, sizeof(hook->rp));
	hook->rp.kp.symbol_name = symbol;
	hook->rp.entry_handler = hook->ret_entry;
	hook->rp.handler = hook->ret;
	hook->rp.data_size = hook->data_size;
	hook->rp.maxactive = hook->maxactive;
	return register_kretprobe(&hook->rp);
}

/**
 * struct wanted - a tracepoint that is looked for
 * @name: its name
 * @found: receives it
 */
struct wanted {
	const char		*name;
	struct tracepoint	*found;
};

static void match_tracepoint(struct tracepoint *tp, void *priv)
{
	struct wanted *wanted = priv;

	if (!strcmp(tp->name, wanted->name))
		wanted->found = tp;
}

/* Most of TCP's tracepoints are not exported; all can be found by name. */
static int arm_tracepoint_at(struct sw_hook *hook, const char *symbol)
{
	struct wanted wanted = { .name = symbol };

	for_each_kernel_tracepoint(match_tracepoint, &wanted);
	if (!wanted.found)
		return -ENOENT;
	hook->tp = wanted.found;
	return tracepoint_probe_register(hook->tp, hook->callback, NULL);
}

static int arm_at(struct sw_hook *hook, const char *symbol)
{
	switch (hook->type) {
	case SW_KPROBE:
		return arm_kprobe_at(hook, symbol);
	case SW_KRETPROBE:
		return arm_kretprobe_at(hook, symbol);
	case SW_TRACEPOINT:
		return arm_tracepoint_at(hook, symbol);
	}
	return -EINVAL;
}

static int arm(struct sw_hook *hook)
{
	int err = -ENOENT;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(hook->symbol) && hook->symbol[i]; i++) {
		hook->name = hook->symbol[i];
		err = arm_at(hook, hook->name);
		if (!err) {
			hook->armed = true;
			return 0;
		}
	}
	hook->name = hook->symbol[0];
	return err;
}

/**
 * sw_hooks_arm() - put all hooks in place
 * @hooks: the table, SW_HOOK_COUNT long
 *
 * Context: process, sleeps.
 * Return: 0, or the error of a needed hook; then none is left in place.
 */
int sw_hooks_arm(struct sw_hook *hooks)
{
	unsigned int i;
	int err;

	for (i = 0; i < SW_HOOK_COUNT; i++) {
		struct sw_hook *hook = &hooks[i];

		if (!hook->symbol[0])
			continue;	/* this kernel does without */
		err = arm(hook);
		if (!err)
			continue;
		if (hook->needed) {
			pr_err("cannot hook %s (error %d): without it, %s; not loading\n",
			       hook->name, err, hook->lost);
			sw_hooks_disarm(hooks);
			return err;
		}
		pr_warn("cannot hook %s (error %d): %s\n", hook->name, err,
			hook->lost);
	}
	return 0;
}

/**
 * sw_hooks_disarm() - take all hooks away
 * @hooks: the table
 *
 * All at once: each call waits for handlers that still run, on every CPU.
 * When it returns, none does.
 *
 * Context: process, sleeps.
 */
void sw_hooks_disarm(struct sw_hook *hooks)
{
	struct kretprobe *rps[SW_HOOK_COUNT];
	struct kprobe *kps[SW_HOOK_COUNT];
	unsigned int i, nr_rps = 0, nr_kps = 0;

	for (i = 0; i < SW_HOOK_COUNT; i++) {
		struct sw_hook *hook = &hooks[i];

		if (!hook->armed)
			continue;
		hook->armed = false;
		switch (hook->type) {
		case SW_KPROBE:
			kps[nr_kps++] = &hook->kp;
			break;
		case SW_KRETPROBE:
			rps[nr_rps++] = &hook->rp;
			break;
		case SW_TRACEPOINT:
			tracepoint_probe_unregister(hook->tp, hook->callback, NULL);
			break;
		}
	}
	unregister_kretprobes(rps, nr_rps);
	unregister_kprobes(kps, nr_kps);
	tracepoint_synchronize_unregister();
}

/**
 * sw_hook_hits() - how often a hook was hit, over all CPUs
 * @id: which
 *
 * Context: any.
 * Return: the number.
 */
u64 sw_hook_hits(enum sw_hook_id id)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(sw_hits[id], cpu);
	return sum;
}

/**
 * sw_hook_nmissed() - hits that the kernel skipped
 * @hook: the hook
 *
 * A probe is skipped when it is hit inside another probe's handler, and a
 * kretprobe when all its instances are taken.  The kernel counts without
 * locking: a lower bound.
 *
 * Context: any.
 * Return: the number; 0 for a tracepoint, which is never skipped.
 */
unsigned long sw_hook_nmissed(const struct sw_hook *hook)
{
	switch (hook->type) {
	case SW_KPROBE:
		return hook->kp.nmissed;
	case SW_KRETPROBE:
		return hook->rp.nmissed + hook->rp.kp.nmissed;
	case SW_TRACEPOINT:
		break;
	}
	return 0;
}

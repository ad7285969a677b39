// SPDX-License-Identifier: GPL-2.0-only
/*
 * Arming the hooks.
 *
 * Knows ftrace, kprobes, kretprobes and tracepoints, and nothing of sockets:
 * the table comes from probes.c.
 */

#include <linux/ftrace.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "compat_ftrace.h"
#include "hooks.h"

DEFINE_PER_CPU(u64 [SW_HOOK_COUNT], sw_hits);
const struct sw_hook *sw_hooks_given __ro_after_init;

/* ---- kprobes and kretprobes ---- */

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

/* ---- functions ---- */

static int function_at_kprobe(struct kprobe *kp, struct pt_regs *regs)
{
	const struct sw_hook *hook = container_of(kp, struct sw_hook, kp);

	hook->entered(regs_get_kernel_argument(regs, 0),
		      regs_get_kernel_argument(regs, 1),
		      regs_get_kernel_argument(regs, 2),
		      SW_CALLER(regs));
	return 0;
}
NOKPROBE_SYMBOL(function_at_kprobe);

/*
 * A kprobe that stays disabled: it finds the function, and is the fallback.
 */
static int find_function(struct sw_hook *hook, const char *symbol)
{
	memset(&hook->kp, 0, sizeof(hook->kp));
	hook->by_ftrace = false;
	hook->kp.symbol_name = symbol;
	hook->kp.pre_handler = function_at_kprobe;
	hook->kp.flags = KPROBE_FLAG_DISABLED;
	return register_kprobe(&hook->kp);
}

/* For kernels without ftrace, and functions that it cannot hook. */
static void make_kprobe(struct sw_hook *hook)
{
	hook->type = SW_KPROBE;
	if (enable_kprobe(&hook->kp))
		pr_warn("cannot switch the probe of %s on: %s\n", hook->name,
			hook->lost);
}

#ifdef SW_FTRACE_REGS
/**
 * struct function - a function that ftrace watches for us
 * @ip: where ftrace is called in it
 * @entered: the handler
 */
struct function {
	unsigned long	ip;
	sw_entered_t	entered;
};

/*
 * Hashed by ip, and never more than half full, so that the first look mostly
 * finds it.  Written before ftrace is told of them, and then left alone.
 */
#define FUNCTIONS	128
static struct function functions[FUNCTIONS];
static unsigned int nr_functions;

static_assert(2 * SW_HOOK_COUNT <= FUNCTIONS);

/* Where the function is, or the free place that is its. */
static __always_inline struct function *function_at(unsigned long ip)
{
	/* functions are aligned, if not all to as much */
	struct function *f = &functions[(ip >> 4) % FUNCTIONS];

	while (unlikely(f->ip != ip) && f->ip)
		f = f == &functions[FUNCTIONS - 1] ? functions : f + 1;
	return f;
}

/*
 * One ftrace_ops for all functions, which are told apart here: removing one
 * means to wait until no task is in its trampoline.  No handler calls a hooked
 * function, so there is no recursion to guard against; an interrupt may come
 * in, but is another context.
 */
static void function_entered(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, SW_FTRACE_REGS *regs)
{
	const struct function *f;

	preempt_disable_notrace();
	f = function_at(ip);
	if (likely(f->ip == ip))
		f->entered(SW_FTRACE_ARG(regs, 0), SW_FTRACE_ARG(regs, 1),
			   SW_FTRACE_ARG(regs, 2), parent_ip);
	preempt_enable_notrace();
}
NOKPROBE_SYMBOL(function_entered);

/* Permanent: kernel.ftrace_enabled=0 must not silence it unnoticed. */
static struct ftrace_ops function_ops = {
	.func = function_entered,
	.flags = SW_FTRACE_FLAGS | FTRACE_OPS_FL_PERMANENT,
};

static bool functions_armed;

static void take_function(struct sw_hook *hook)
{
	static const u8 sites[] = SW_FTRACE_SITES;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sites); i++) {
		unsigned long ip = (unsigned long)hook->kp.addr + sites[i];

		if (ftrace_set_filter_ip(&function_ops, ip, 0, 0))
			continue;
		*function_at(ip) = (struct function){
			.ip = ip,
			.entered = hook->entered,
		};
		hook->by_ftrace = true;
		nr_functions++;
		return;
	}
}

static bool is_taken(const struct sw_hook *hook)
{
	return functions_armed && hook->by_ftrace;
}

static void forget_functions(void)
{
	ftrace_set_filter(&function_ops, NULL, 0, 1);
	memset(functions, 0, sizeof(functions));
	nr_functions = 0;
}

static void arm_functions(struct sw_hook *hooks)
{
	unsigned int i;

	for (i = 0; i < SW_HOOK_COUNT; i++)
		if (hooks[i].type == SW_FUNCTION && hooks[i].armed)
			take_function(&hooks[i]);
	if (nr_functions)
		functions_armed = !register_ftrace_function(&function_ops);
	for (i = 0; i < SW_HOOK_COUNT; i++)
		if (hooks[i].type == SW_FUNCTION && hooks[i].armed &&
		    !is_taken(&hooks[i]))
			make_kprobe(&hooks[i]);
}

/* Returns when no handler runs any more. */
static void disarm_functions(void)
{
	if (functions_armed)
		unregister_ftrace_function(&function_ops);
	functions_armed = false;
	forget_functions();
}
#else
static void arm_functions(struct sw_hook *hooks)
{
	unsigned int i;

	for (i = 0; i < SW_HOOK_COUNT; i++)
		if (hooks[i].type == SW_FUNCTION && hooks[i].armed)
			make_kprobe(&hooks[i]);
}

static void disarm_functions(void)
{
}
#endif

/* ---- tracepoints ---- */

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

/* ---- all of them ---- */

static int arm_at(struct sw_hook *hook, const char *symbol)
{
	switch (hook->type) {
	case SW_FUNCTION:
		return find_function(hook, symbol);
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

	sw_hooks_given = hooks;
	for (i = 0; i < SW_HOOK_COUNT; i++) {
		struct sw_hook *hook = &hooks[i];

		if (!hook->symbol[0])
			continue;	/* this kernel does without */
		err = arm(hook);
		if (!err || (hook->younger && err == -ENOENT))
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
	arm_functions(hooks);
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

	disarm_functions();
	for (i = 0; i < SW_HOOK_COUNT; i++) {
		struct sw_hook *hook = &hooks[i];

		if (!hook->armed)
			continue;
		hook->armed = false;
		switch (hook->type) {
		case SW_FUNCTION:
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
 * Context: any; a snapshot.
 * Return: the number.
 */
u64 sw_hook_hits(enum sw_hook_id id)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		/* The CPU goes on counting meanwhile. */
		sum += data_race(per_cpu(sw_hits[id], cpu));
	}
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
 * Return: the number; 0 for a tracepoint and for ftrace, which are never
 *	skipped.
 */
unsigned long sw_hook_nmissed(const struct sw_hook *hook)
{
	switch (hook->type) {
	case SW_KPROBE:
		/* The kernel counts meanwhile. */
		return data_race(hook->kp.nmissed);
	case SW_KRETPROBE:
		/* Likewise. */
		return data_race(hook->rp.nmissed + hook->rp.kp.nmissed);
	case SW_FUNCTION:
	case SW_TRACEPOINT:
		break;
	}
	return 0;
}

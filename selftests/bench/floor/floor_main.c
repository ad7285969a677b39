// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor: what the hooks of shutwatch cost by themselves.
 *
 * Linked with the module's own table of hooks, and with the code that arms it,
 * so that the two cannot drift apart; only the handlers are exchanged for
 * empty ones.  With kprobes=1, functions are hooked by kprobes even where the
 * module has found something cheaper.  With fprobes=1, entry and return are hooked
 * by fprobes in place of kretprobes, where the kernel has them.
 */

#include <linux/fprobe.h>
#include <linux/module.h>

#include "probes.h"

static bool kprobes;
module_param(kprobes, bool, 0444);
MODULE_PARM_DESC(kprobes, "hook functions by kprobes only");

static bool fprobes;
module_param(fprobes, bool, 0444);
MODULE_PARM_DESC(fprobes, "hook entry and return of a function by an fprobe");

static int nothing_at_kprobe(struct kprobe *kp, struct pt_regs *regs)
{
	return 0;
}
NOKPROBE_SYMBOL(nothing_at_kprobe);

static int nothing_at_kretprobe(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return 0;
}
NOKPROBE_SYMBOL(nothing_at_kretprobe);

/* Called with more arguments than it looks at, which no calling convention minds. */
static void nothing_at_tracepoint(void *data)
{
}

static void nothing_at_function(unsigned long arg0, unsigned long arg1,
				unsigned long arg2, unsigned long caller)
{
}

#ifdef CONFIG_FPROBE
static struct fprobe fprobe[SW_HOOK_COUNT];
static unsigned int nr_fprobes;

/* Kernels differ in what they give to it and whether they look at what it says. */
static int nothing_at_fprobe(void)
{
	return 0;
}

static int take_by_fprobe(const struct sw_hook *hook)
{
	struct fprobe *fp = &fprobe[nr_fprobes];
	int err = -ENOENT;
	unsigned int i;

	for (i = 0; err && i < ARRAY_SIZE(hook->symbol) && hook->symbol[i]; i++) {
		const char *symbol = hook->symbol[i];

		memset(fp, 0, sizeof(*fp));
		fp->entry_handler = (void *)nothing_at_fprobe;
		fp->exit_handler = (void *)nothing_at_fprobe;
		err = register_fprobe_syms(fp, &symbol, 1);
	}
	if (!err)
		nr_fprobes++;
	return hook->needed ? err : 0;
}

static void drop_fprobes(void)
{
	while (nr_fprobes)
		unregister_fprobe(&fprobe[--nr_fprobes]);
}
#else
static int take_by_fprobe(const struct sw_hook *hook)
{
	pr_err("no fprobes: this kernel has no CONFIG_FPROBE\n");
	return -EOPNOTSUPP;
}

static void drop_fprobes(void)
{
}
#endif

/* They are not for sw_hooks_arm() any more. */
static int exchange_kretprobes(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < SW_HOOK_COUNT; i++) {
		struct sw_hook *hook = &sw_hooks[i];

		if (hook->type != SW_KRETPROBE || !hook->symbol[0])
			continue;
		err = take_by_fprobe(hook);
		hook->symbol[0] = NULL;
	}
	return err;
}

static void empty_handlers(struct sw_hook *hook)
{
	if (kprobes && hook->type == SW_FUNCTION)
		hook->type = SW_KPROBE;
	switch (hook->type) {
	case SW_KPROBE:
		hook->entry = nothing_at_kprobe;
		break;
	case SW_FUNCTION:
		hook->entered = nothing_at_function;
		break;
	case SW_KRETPROBE:
		hook->ret_entry = nothing_at_kretprobe;
		hook->ret = nothing_at_kretprobe;
		break;
	case SW_TRACEPOINT:
		hook->callback = nothing_at_tracepoint;
		break;
	}
}

static int __init floor_init(void)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < SW_HOOK_COUNT; i++)
		empty_handlers(&sw_hooks[i]);
	if (fprobes)
		err = exchange_kretprobes();
	if (!err)
		err = sw_hooks_arm(sw_hooks);
	if (err)
		drop_fprobes();
	return err;
}

static void __exit floor_exit(void)
{
	sw_hooks_disarm(sw_hooks);
	drop_fprobes();
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_DESCRIPTION("The hooks of shutwatch, doing nothing");
MODULE_LICENSE("GPL");

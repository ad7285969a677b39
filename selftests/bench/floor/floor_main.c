// SPDX-License-Identifier: GPL-2.0-only
/*
 * The floor: what the hooks of shutwatch cost by themselves.
 *
 * Linked with the module's own table of hooks, and with the code that arms it,
 * so that the two cannot drift apart; only the handlers are exchanged for
 * empty ones.  With kprobes=1, functions are hooked by kprobes even where the
 * module has found something cheaper.
 */

#include <linux/module.h>

#include "probes.h"

static bool kprobes;
module_param(kprobes, bool, 0444);
MODULE_PARM_DESC(kprobes, "hook functions by kprobes only");

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

	for (i = 0; i < SW_HOOK_COUNT; i++)
		empty_handlers(&sw_hooks[i]);
	return sw_hooks_arm(sw_hooks);
}

static void __exit floor_exit(void)
{
	sw_hooks_disarm(sw_hooks);
}

module_init(floor_init);
module_exit(floor_exit);

MODULE_DESCRIPTION("The hooks of shutwatch, doing nothing");
MODULE_LICENSE("GPL");

/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling in the stream what the kernel did not let us see. */
#ifndef _SHUTWATCH_SKIPPED_H
#define _SHUTWATCH_SKIPPED_H

#include <linux/compiler.h>
#include <linux/types.h>

struct sw_hook;

void sw_skipped_init(const struct sw_hook *hooks);
void sw_skipped_exit(void);

extern bool sw_kprobes_working;

/**
 * sw_kprobes_work() - are kprobes switched on, when they were looked at last?
 *
 * Context: any.
 * Return: whether they are.
 */
static inline bool sw_kprobes_work(void)
{
	return READ_ONCE(sw_kprobes_working);
}

#endif /* _SHUTWATCH_SKIPPED_H */

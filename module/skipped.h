/* SPDX-License-Identifier: GPL-2.0-only */
/* Telling in the stream what the kernel did not let us see. */
#ifndef _SHUTWATCH_SKIPPED_H
#define _SHUTWATCH_SKIPPED_H

#include <linux/types.h>

struct sw_hook;

void sw_skipped_init(const struct sw_hook *hooks);
void sw_skipped_exit(void);
bool sw_kprobes_work(void);

#endif /* _SHUTWATCH_SKIPPED_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own reset reasons. */
#ifndef _SHUTWATCH_KREASON_H
#define _SHUTWATCH_KREASON_H

#include <linux/types.h>

void sw_kreason_init(void);
bool sw_kreason_fits(u8 why, u8 kreason);

#endif /* _SHUTWATCH_KREASON_H */

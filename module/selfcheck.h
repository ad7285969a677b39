/* SPDX-License-Identifier: GPL-2.0-only */
/* Do the hooks fire?  Asked once, at load. */
#ifndef _SHUTWATCH_SELFCHECK_H
#define _SHUTWATCH_SELFCHECK_H

#include "hooks.h"

int sw_selfcheck(struct sw_hook *hooks);

#endif /* _SHUTWATCH_SELFCHECK_H */

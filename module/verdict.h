/* SPDX-License-Identifier: GPL-2.0-only */
/* Why: from what was seen to the word that names it. */
#ifndef _SHUTWATCH_VERDICT_H
#define _SHUTWATCH_VERDICT_H

#include "call.h"

enum shutwatch_sent sw_verdict_sent(const struct sw_call *call);
enum shutwatch_why sw_verdict_why(const struct sw_call *call);

#endif /* _SHUTWATCH_VERDICT_H */

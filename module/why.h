/* SPDX-License-Identifier: GPL-2.0-only */
/* Why: from what was seen to the word that names it. */
#ifndef _SHUTWATCH_WHY_H
#define _SHUTWATCH_WHY_H

#include "call.h"

/**
 * sw_fin_died() - close() has queued a FIN, and then given up the socket with it
 * @call: the call
 *
 * Where the network namespace is going away there is no way out any more.
 *
 * Return: whether it has.
 */
static inline bool sw_fin_died(const struct sw_call *call)
{
	return call->seen & SW_SEEN_NETNS_EXIT && call->call == SHUTWATCH_BY_CLOSE &&
	       call->outcome.fin == SHUTWATCH_FIN_QUEUED;
}

/**
 * sw_call_sent() - what the kernel sent inside the call
 * @call: the call
 *
 * A RST hides the FIN that went before it; @fin still tells of that.
 *
 * Return: FIN, RST or none.
 */
static inline enum shutwatch_sent sw_call_sent(const struct sw_call *call)
{
	if (call->seen & SW_SEEN_RST_SENT)
		return SHUTWATCH_SENT_RST;
	if (sw_fin_died(call))
		return SHUTWATCH_SENT_NONE;
	if (call->outcome.fin == SHUTWATCH_FIN_SENT || call->outcome.fin == SHUTWATCH_FIN_QUEUED)
		return SHUTWATCH_SENT_FIN;
	return SHUTWATCH_SENT_NONE;
}

enum shutwatch_why sw_call_why(const struct sw_call *call);

#endif /* _SHUTWATCH_WHY_H */

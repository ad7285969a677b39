// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's own reset reasons, by the names of the kernel we run on. */

#include "compat.h"
#include "format.h"
#include "kreason.h"

#if SW_HAVE_RST_REASON
#define AS_NAME(name)	[SK_RST_REASON_##name] = #name,

static const char * const names[] = {
	DEFINE_RST_REASON(AS_NAME, AS_NAME)
};

const char *sw_kreason_name(unsigned int kreason)
{
	return kreason < ARRAY_SIZE(names) ? names[kreason] : NULL;
}

/**
 * sw_kreason_fits() - is our reason one that the kernel's allows?
 * @why: enum shutwatch_why, ours
 * @kreason: enum sk_rst_reason, the kernel's
 *
 * The kernel's are coarser: TCP_STATE stands for half a dozen of ours.  But
 * where it is precise, ours has to be the same, or one of us is wrong.
 *
 * Context: any.
 * Return: whether the two fit together.
 */
bool sw_kreason_fits(u8 why, u8 kreason)
{
	switch (kreason) {
	case SK_RST_REASON_NO_SOCKET:
		return why == SHUTWATCH_WHY_NO_SOCKET;
	case SK_RST_REASON_TCP_ABORT_ON_CLOSE:
		return why == SHUTWATCH_WHY_UNREAD_DATA ||
		       why == SHUTWATCH_WHY_MPTCP;
	case SK_RST_REASON_TCP_ABORT_ON_LINGER:
		return why == SHUTWATCH_WHY_LINGER2_NEGATIVE;
	case SK_RST_REASON_TCP_ABORT_ON_MEMORY:
		return why == SHUTWATCH_WHY_ORPHAN_MEMORY;
	case SK_RST_REASON_TCP_KEEPALIVE_TIMEOUT:
		return why == SHUTWATCH_WHY_KEEPALIVE_TIMEOUT;
	case SK_RST_REASON_TCP_TIMEWAIT_SOCKET:
		return why == SHUTWATCH_WHY_TIME_WAIT_SEGMENT;
	case SK_RST_REASON_TCP_ABORT_ON_DATA:
		return why == SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN ||
		       why == SHUTWATCH_WHY_DATA_AFTER_CLOSE ||
		       why == SHUTWATCH_WHY_LINGER2_NEGATIVE;
	}
	return true;
}
#else
const char *sw_kreason_name(unsigned int kreason)
{
	return NULL;
}

bool sw_kreason_fits(u8 why, u8 kreason)
{
	return true;
}
#endif

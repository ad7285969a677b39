// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own reset reasons.
 *
 * Their number grows: names and values are taken from the kernel that we are
 * built for, and matched by name.
 */

#include <linux/bits.h>
#include <linux/string.h>

#include "compat.h"
#include "format.h"
#include "kreason.h"

#if SW_HAVE_RST_REASON
#define AS_NAME(name)	[SK_RST_REASON_##name] = #name,

static const char * const names[] = {
	DEFINE_RST_REASON(AS_NAME, AS_NAME)
};
#else
static const char * const names[] = { NULL };
#endif

#define WHY(name)	BIT_ULL(SHUTWATCH_WHY_##name)

static_assert(SHUTWATCH_WHY_COUNT <= 64);

/*
 * The kernel's precise reasons, and which of ours each can mean.  Most are
 * coarser than ours (its TCP_STATE stands for half a dozen) and left out.  If
 * the kernel is precise and ours is not among these, one of the two is wrong.
 */
static const struct {
	const char	*name;
	u64		means;
} precise[] = {
	{ "NO_SOCKET",		   WHY(NO_SOCKET) },
	{ "TCP_TIMEWAIT_SOCKET",   WHY(TIME_WAIT_SEGMENT) },
	/* MPTCP gives it for all that makes it reset its subflows in a hurry */
	{ "TCP_ABORT_ON_CLOSE",	   WHY(UNREAD_DATA) | WHY(LINGER_ZERO) |
				   WHY(CONNECT_UNSPEC) | WHY(LISTENER_STOPPED) |
				   WHY(MPTCP) },
	{ "TCP_ABORT_ON_LINGER",   WHY(LINGER2_NEGATIVE) },
	{ "TCP_ABORT_ON_MEMORY",   WHY(ORPHAN_MEMORY) | WHY(ORPHAN_COUNT) },
	{ "TCP_KEEPALIVE_TIMEOUT", WHY(KEEPALIVE_TIMEOUT) | WHY(USER_TIMEOUT) },
	{ "TCP_ABORT_ON_DATA",	   WHY(DATA_AFTER_SHUTDOWN) |
				   WHY(DATA_AFTER_CLOSE) |
				   WHY(LINGER2_NEGATIVE) },
};

/* By the kernel's value; 0 where any of ours will do. */
static u64 allowed[ARRAY_SIZE(names)];

/**
 * sw_kreason_init() - learn the values of the kernel's reasons
 *
 * Context: any, before the first hook is armed.
 */
void __init sw_kreason_init(void)
{
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		for (j = 0; j < ARRAY_SIZE(precise); j++)
			if (names[i] && !strcmp(names[i], precise[j].name))
				allowed[i] = precise[j].means;
}

const char *sw_kreason_name(unsigned int kreason)
{
	return kreason < ARRAY_SIZE(names) ? names[kreason] : NULL;
}

/* What was not seen is in contradiction to nothing. */
static bool is_no_reason(u8 why)
{
	return why == SHUTWATCH_WHY_NOT_FOLLOWED || why == SHUTWATCH_WHY_UNKNOWN;
}

/**
 * sw_kreason_fits() - is our reason one that the kernel's allows?
 * @why: enum shutwatch_why, ours
 * @kreason: enum sk_rst_reason, the kernel's
 *
 * Context: any.
 * Return: whether the two fit together.
 */
bool sw_kreason_fits(u8 why, u8 kreason)
{
	if (kreason >= ARRAY_SIZE(names) || !allowed[kreason] || is_no_reason(why))
		return true;
	return allowed[kreason] & BIT_ULL(why);
}

// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's own reset reasons, by the names of the kernel we run on. */

#include "compat.h"
#include "format.h"

#if SW_HAVE_RST_REASON
#define AS_NAME(name)	[SK_RST_REASON_##name] = #name,

static const char * const names[] = {
	DEFINE_RST_REASON(AS_NAME, AS_NAME)
};

const char *sw_kreason_name(unsigned int kreason)
{
	return kreason < ARRAY_SIZE(names) ? names[kreason] : NULL;
}
#else
const char *sw_kreason_name(unsigned int kreason)
{
	return NULL;
}
#endif

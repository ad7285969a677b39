/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands in the column "when" of the tables of keys in uapi/shutwatch.h,
 * for whoever expands them, in the module and in the reader: SW_WHEN_ before it
 * makes an expression of it.  Where it stands there have to be
 *
 *	r	the record
 *	flags	its SHUTWATCH_RAW_*
 */
#ifndef _SHUTWATCH_KEYS_H
#define _SHUTWATCH_KEYS_H

enum sw_when {
	SW_ABSENT,	/* the line does not have the key */
	SW_DASH,	/* it has, but nothing to say about it */
	SW_VALUE,	/* it has the value */
};

#define SW_WHEN_ALWAYS		SW_VALUE
#define SW_WHEN_IF(flag)	((flags) & SHUTWATCH_RAW_##flag ? SW_VALUE : SW_ABSENT)
#define SW_WHEN_UNLESS(flag)	((flags) & SHUTWATCH_RAW_##flag ? SW_DASH : SW_VALUE)
#define SW_WHEN_WITH(field)	((r)->field ? SW_VALUE : SW_DASH)

/* An expanded table as one statement. */
#define SW_KEYS(table)		do { table } while (0)

#endif /* _SHUTWATCH_KEYS_H */

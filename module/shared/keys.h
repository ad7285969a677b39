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
#define SW_WHEN_BY(cause, when)	\
	((r)->by == SHUTWATCH_BY_##cause ? SW_WHEN_##when : SW_ABSENT)

/* A set of keys. */
#define SW_KEY_BIT(key)		(1ULL << SHUTWATCH_KEY_##key)
#define SW_HAS_KEY(keys, id)	((keys) >> (id) & 1)
#define SW_ALL_KEYS		(~0ULL)

/**
 * sw_head_keys() - what a record has of what all records begin with
 * @kind: enum shutwatch_kind
 *
 * Return: a bit for each key; the others are "-" whatever their table says.
 */
static inline __u64 sw_head_keys(unsigned int kind)
{
	switch (kind) {
	case SHUTWATCH_KIND_LOST:
		return SW_KEY_BIT(SEQ) | SW_KEY_BIT(KIND);
	case SHUTWATCH_KIND_SKIPPED:
		return SW_KEY_BIT(SEQ) | SW_KEY_BIT(TS) | SW_KEY_BIT(KIND) |
		       SW_KEY_BIT(CPU);
	}
	return SW_ALL_KEYS;
}

/* An expanded table as one statement. */
#define SW_KEYS(table)		do { table } while (0)

#endif /* _SHUTWATCH_KEYS_H */

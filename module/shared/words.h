/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The vocabularies of shutwatch.h as words of known length, for whoever writes
 * them: the module its lines, the reader what those would have been.  Comes after
 * shutwatch.h, which is not in one place for both.
 */
#ifndef _SHUTWATCH_WORDS_H
#define _SHUTWATCH_WORDS_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/kernel.h>
#else
#include <errno.h>
#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#endif

#include "text.h"

#define SW_AS_WORD(id, name, ...)	[id] = SW_WORD(name),

static const struct sw_word sw_kind_words[] = { SHUTWATCH_KIND_LIST(SW_AS_WORD) };
static const struct sw_word sw_ctx_words[] = { SHUTWATCH_CTX_LIST(SW_AS_WORD) };
static const struct sw_word sw_tcp_words[] = { SHUTWATCH_TCP_LIST(SW_AS_WORD) };
static const struct sw_word sw_by_words[] = { SHUTWATCH_BY_LIST(SW_AS_WORD) };
static const struct sw_word sw_how_words[] = { SHUTWATCH_HOW_LIST(SW_AS_WORD) };
static const struct sw_word sw_sent_words[] = { SHUTWATCH_SENT_LIST(SW_AS_WORD) };
static const struct sw_word sw_fin_words[] = { SHUTWATCH_FIN_LIST(SW_AS_WORD) };
static const struct sw_word sw_why_words[] = { SHUTWATCH_WHY_LIST(SW_AS_WORD) };
static const struct sw_word sw_what_words[] = { SHUTWATCH_WHAT_LIST(SW_AS_WORD) };
static const struct sw_word sw_nothing = SW_WORD(SHUTWATCH_NOTHING);

/* The word of a value, "-" for a value that has none. */
#define SW_WORD_OF(words, value)					\
	((value) < ARRAY_SIZE(words) ? &(words)[value] : &sw_nothing)

struct sw_errno {
	int		number;
	struct sw_word	name;
};

#define SW_AS_ERRNO(number, name)	{ number, SW_WORD(name) },

static const struct sw_errno sw_errnos[] = { SHUTWATCH_ERRNO_LIST(SW_AS_ERRNO) };

/**
 * sw_errno_word() - the name of an errno
 * @err: the errno, or -errno
 *
 * Return: the name, or NULL for 0 and for all that are written as numbers.
 */
static inline const struct sw_word *sw_errno_word(int err)
{
	unsigned int i;

	if (!err)
		return NULL;
	for (i = 0; i < ARRAY_SIZE(sw_errnos); i++) {
		if (sw_errnos[i].number == err || sw_errnos[i].number == -err)
			return &sw_errnos[i].name;
	}
	return NULL;
}

#endif /* _SHUTWATCH_WORDS_H */

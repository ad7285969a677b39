/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing numbers, words and addresses into a buffer.
 *
 * vsnprintf() would do, and costs several thousand instructions for a line of
 * twenty keys: too much for a reader that follows a busy server.
 */
#ifndef _SHUTWATCH_TEXT_H
#define _SHUTWATCH_TEXT_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#endif

/**
 * struct sw_text - a buffer being written
 * @pos: the next byte
 * @end: one past the last; what does not fit is dropped
 */
struct sw_text {
	char	*pos;
	char	*end;
};

void sw_text_char(struct sw_text *t, char c);
void sw_text_str(struct sw_text *t, const char *s);
void sw_text_dec(struct sw_text *t, __u64 value);
void sw_text_sdec(struct sw_text *t, __s64 value);
void sw_text_hex(struct sw_text *t, __u64 value);
void sw_text_time(struct sw_text *t, __u64 ns);
void sw_text_escaped(struct sw_text *t, const char *s, size_t len);
void sw_text_endpoint(struct sw_text *t, const __u8 *addr, bool ipv6, __u16 port);

#endif /* _SHUTWATCH_TEXT_H */

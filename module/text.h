/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing numbers, words and addresses into a buffer; also runs on the host.
 *
 * vsnprintf() would do, and costs ten thousand instructions for a line of
 * twenty keys: too much for a reader that follows a busy server.  So: words of
 * known length, copied in one piece of constant size, and one look at the room
 * left for each item.  All inline, for the same reason.
 */
#ifndef _SHUTWATCH_TEXT_H
#define _SHUTWATCH_TEXT_H

#ifdef __KERNEL__
#include <linux/bitops.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <linux/types.h>

static inline __u64 div_u64_rem(__u64 value, __u32 divisor, __u32 *rem)
{
	*rem = value % divisor;
	return value / divisor;
}

static inline int fls64(__u64 value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}
#endif

/* No item but a whole endpoint or name is longer than this. */
#define SW_TEXT_ITEM	24

/**
 * struct sw_text - a buffer being written
 * @pos: the next byte
 * @end: one past the last; an item for which there may be no room is dropped
 */
struct sw_text {
	char	*pos;
	char	*end;
};

/**
 * struct sw_word - a word whose length is known
 * @text: the word, filled up with NUL
 * @len: its length, SW_TEXT_ITEM at most
 */
struct sw_word {
	char	text[SW_TEXT_ITEM];
	__u8	len;
};

#define SW_WORD(string)		{ .text = (string), .len = sizeof(string) - 1 }

static inline bool sw_text_room(const struct sw_text *t)
{
	return t->end - t->pos >= SW_TEXT_ITEM;
}

/**
 * sw_text_char() - write one character
 * @t: where to
 * @c: the character
 */
static inline void sw_text_char(struct sw_text *t, char c)
{
	if (t->pos < t->end)
		*t->pos++ = c;
}

/**
 * sw_text_word() - write a word
 * @t: where to
 * @word: the word
 */
static inline void sw_text_word(struct sw_text *t, const struct sw_word *word)
{
	if (!sw_text_room(t))
		return;
	memcpy(t->pos, word->text, sizeof(word->text));
	t->pos += word->len;
}

/**
 * sw_text_str() - write a string
 * @t: where to
 * @s: the string
 */
static inline void sw_text_str(struct sw_text *t, const char *s)
{
	while (*s && t->pos < t->end)
		*t->pos++ = *s++;
}

/* Right-aligned, so that the first digit need not be looked for. */
static inline char *sw_text_digits(char *end, __u32 value)
{
	do {
		*--end = '0' + value % 10;
		value /= 10;
	} while (value);
	return end;
}

static inline void sw_text_dec32(struct sw_text *t, __u32 value)
{
	char digits[SW_TEXT_ITEM], *first;

	if (!sw_text_room(t))
		return;
	first = sw_text_digits(digits + 10, value);
	memcpy(t->pos, first, 10);	/* what is behind is written over */
	t->pos += digits + 10 - first;
}

/* Nine digits, leading zeroes included. */
static inline void sw_text_nine(struct sw_text *t, __u32 value)
{
	char digits[SW_TEXT_ITEM] = "000000000";

	if (!sw_text_room(t))
		return;
	sw_text_digits(digits + 9, value);
	memcpy(t->pos, digits, 9);
	t->pos += 9;
}

/**
 * sw_text_dec() - write a number in decimal
 * @t: where to
 * @value: the number
 */
static inline void sw_text_dec(struct sw_text *t, __u64 value)
{
	__u64 above;
	__u32 low;

	if (value <= 0xffffffff) {
		sw_text_dec32(t, value);
		return;
	}
	above = div_u64_rem(value, 1000000000, &low);
	if (above <= 0xffffffff) {
		sw_text_dec32(t, above);
	} else {
		__u32 middle;

		sw_text_dec32(t, div_u64_rem(above, 1000000000, &middle));
		sw_text_nine(t, middle);
	}
	sw_text_nine(t, low);
}

/**
 * sw_text_sdec() - write a signed number in decimal
 * @t: where to
 * @value: the number
 */
static inline void sw_text_sdec(struct sw_text *t, __s64 value)
{
	if (value < 0)
		sw_text_char(t, '-');
	sw_text_dec(t, value < 0 ? -(__u64)value : (__u64)value);
}

/**
 * sw_text_hex() - write a number in hexadecimal, without leading zeroes
 * @t: where to
 * @value: the number
 */
static inline void sw_text_hex(struct sw_text *t, __u64 value)
{
	int shift = value ? (fls64(value) - 1) & ~3 : 0;

	if (!sw_text_room(t))
		return;
	for (; shift >= 0; shift -= 4)
		*t->pos++ = "0123456789abcdef"[(value >> shift) & 0xf];
}

/**
 * sw_text_time() - write a time as seconds.nanoseconds
 * @t: where to
 * @ns: nanoseconds
 */
static inline void sw_text_time(struct sw_text *t, __u64 ns)
{
	__u32 rest;

	sw_text_dec(t, div_u64_rem(ns, 1000000000, &rest));
	sw_text_char(t, '.');
	sw_text_nine(t, rest);
}

/**
 * sw_text_escaped() - write a name that may hold anything
 * @t: where to
 * @s: the name, not necessarily terminated
 * @len: its length at most
 *
 * White space, control characters, backslash and '=' become \ooo, as in
 * /proc/mounts, so that no name can forge a key.
 */
static inline void sw_text_escaped(struct sw_text *t, const char *s, size_t len)
{
	for (; len && *s; s++, len--) {
		unsigned char c = *s;

		if (c > ' ' && c < 0x7f && c != '\\' && c != '=') {
			sw_text_char(t, c);
			continue;
		}
		sw_text_char(t, '\\');
		sw_text_char(t, '0' + (c >> 6));
		sw_text_char(t, '0' + ((c >> 3) & 7));
		sw_text_char(t, '0' + (c & 7));
	}
}

static inline void sw_text_ipv4(struct sw_text *t, const __u8 *addr)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i)
			sw_text_char(t, '.');
		sw_text_dec32(t, addr[i]);
	}
}

/* The longest run of two or more zero groups, the first of several. */
static inline void sw_text_zero_run(const __u16 *group, int *start, int *len)
{
	int i, n;

	*start = -1;
	*len = 1;
	for (i = 0; i < 8; i += n + 1) {
		for (n = 0; i + n < 8 && !group[i + n]; n++)
			;
		if (n > *len) {
			*start = i;
			*len = n;
		}
	}
}

/* RFC 5952, v4-mapped addresses included. */
static inline void sw_text_ipv6(struct sw_text *t, const __u8 *addr)
{
	__u16 group[8];
	int i, start, len;

	for (i = 0; i < 8; i++)
		group[i] = addr[2 * i] << 8 | addr[2 * i + 1];
	sw_text_zero_run(group, &start, &len);
	if (start == 0 && len == 5 && group[5] == 0xffff) {
		sw_text_str(t, "::ffff:");
		sw_text_ipv4(t, addr + 12);
		return;
	}
	for (i = 0; i < 8; i++) {
		if (i == start) {
			sw_text_str(t, "::");
			i += len - 1;
			continue;
		}
		if (i && i != start + len)
			sw_text_char(t, ':');
		sw_text_hex(t, group[i]);
	}
}

/**
 * sw_text_endpoint() - write address and port: 192.0.2.1:80, [2001:db8::1]:80
 * @t: where to
 * @addr: the address, network byte order
 * @ipv6: it is an IPv6 address
 * @port: the port, host byte order
 */
static inline void sw_text_endpoint(struct sw_text *t, const __u8 *addr,
				    bool ipv6, __u16 port)
{
	if (ipv6) {
		sw_text_char(t, '[');
		sw_text_ipv6(t, addr);
		sw_text_char(t, ']');
	} else {
		sw_text_ipv4(t, addr);
	}
	sw_text_char(t, ':');
	sw_text_dec32(t, port);
}

#endif /* _SHUTWATCH_TEXT_H */

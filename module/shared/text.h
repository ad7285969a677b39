/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writing numbers, words and addresses into a buffer; also runs on the host,
 * and in the reader.
 *
 * vsnprintf() would do, and costs ten thousand instructions for a line of
 * twenty keys: too much for a reader that follows a busy server.  So: words of
 * known length, copied in one piece of constant size; digits in pairs; and no
 * check of the room left: the caller's buffer has room for the longest of all
 * lines, and SW_TEXT_SLACK bytes behind it, because more may be copied than the
 * word is long.  All inline, for the same reason.
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

/* The longest word; so much may be written behind the end of an item. */
#define SW_TEXT_SLACK	24

/**
 * struct sw_text - a buffer being written
 * @pos: the next byte
 */
struct sw_text {
	char	*pos;
};

/**
 * struct sw_word - a word whose length is known
 * @text: the word, filled up with NUL
 * @len: its length, SW_TEXT_SLACK at most
 */
struct sw_word {
	char	text[SW_TEXT_SLACK];
	__u8	len;
};

#define SW_WORD(string)		{ .text = (string), .len = sizeof(string) - 1 }

/**
 * sw_text_char() - write one character
 * @t: where to
 * @c: the character
 */
static inline void sw_text_char(struct sw_text *t, char c)
{
	*t->pos++ = c;
}

/**
 * sw_text_word() - write a word
 * @t: where to
 * @word: the word
 */
static inline void sw_text_word(struct sw_text *t, const struct sw_word *word)
{
	memcpy(t->pos, word->text, sizeof(word->text));
	t->pos += word->len;
}

/**
 * sw_text_part() - write the beginning of a string
 * @t: where to
 * @s: the string, not necessarily terminated
 * @len: so much of it at most
 */
static inline void sw_text_part(struct sw_text *t, const char *s, size_t len)
{
	for (; len && *s; len--)
		*t->pos++ = *s++;
}

/* A string constant, of which the compiler knows the length. */
#define sw_text_const(t, string)				\
do {								\
	struct sw_text *__t = (t);				\
								\
	memcpy(__t->pos, (string), sizeof(string) - 1);		\
	__t->pos += sizeof(string) - 1;				\
} while (0)

/* "00" to "99". */
#define SW_TEXT_TENS(ten)						\
	ten "0" ten "1" ten "2" ten "3" ten "4"				\
	ten "5" ten "6" ten "7" ten "8" ten "9"

static const char sw_text_pairs[] =
	SW_TEXT_TENS("0") SW_TEXT_TENS("1") SW_TEXT_TENS("2")
	SW_TEXT_TENS("3") SW_TEXT_TENS("4") SW_TEXT_TENS("5")
	SW_TEXT_TENS("6") SW_TEXT_TENS("7") SW_TEXT_TENS("8")
	SW_TEXT_TENS("9");

static inline void sw_text_pair(char *to, __u32 value)
{
	memcpy(to, sw_text_pairs + 2 * value, 2);
}

/* How many digits a number has. */
static inline int sw_text_width(__u32 value)
{
	if (value < 10000)
		return value < 100 ? 1 + (value >= 10) : 3 + (value >= 1000);
	if (value < 1000000)
		return 5 + (value >= 100000);
	if (value < 100000000)
		return 7 + (value >= 10000000);
	return 9 + (value >= 1000000000);
}

static inline void sw_text_dec32(struct sw_text *t, __u32 value)
{
	int width = sw_text_width(value);
	char *at = t->pos + width;

	t->pos = at;
	for (; width > 2; width -= 2) {
		at -= 2;
		sw_text_pair(at, value % 100);
		value /= 100;
	}
	if (width == 2)
		sw_text_pair(at - 2, value);
	else
		at[-1] = '0' + value;
}

/* Nine digits, leading zeroes included. */
static inline void sw_text_nine(struct sw_text *t, __u32 value)
{
	int i;

	for (i = 7; i > 0; i -= 2) {
		sw_text_pair(t->pos + i, value % 100);
		value /= 100;
	}
	*t->pos = '0' + value;
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

	for (; shift >= 0; shift -= 4)
		*t->pos++ = "0123456789abcdef"[(value >> shift) & 0xf];
}

/**
 * sw_text_flags() - write the flags of a segment, or "-" for none
 * @t: where to
 * @flags: as struct shutwatch_segment has them
 * @letters: what each bit is called, the lowest first
 */
static inline void sw_text_flags(struct sw_text *t, __u8 flags,
				 const char *letters)
{
	const char *start = t->pos;

	for (; *letters; letters++, flags >>= 1)
		if (flags & 1)
			sw_text_char(t, *letters);
	if (t->pos == start)
		sw_text_char(t, '-');
}

/* The longest is [ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535. */
#define SW_TEXT_ENDPOINT	48

/**
 * struct sw_kept_endpoint - an address and port, and what was written for them
 * @addr: the address
 * @port: the port
 * @ipv6: it is an IPv6 address
 * @len: length of @text, 0 where there is none
 * @text: the text
 */
struct sw_kept_endpoint {
	__u8	addr[16];
	__u16	port;
	__u8	ipv6;
	__u8	len;
	char	text[SW_TEXT_ENDPOINT + SW_TEXT_SLACK];
};

/**
 * struct sw_kept - texts that seldom change from one record to the next
 * @second: the second of which @seconds is the text, in nanoseconds
 * @netns: the namespace of which @inode is the text
 * @seconds: text of a time's seconds, with the point
 * @inode: text of a namespace's inode number
 * @endpoint: the two ends of the last connection
 * @oldest: index of the one that was not used last
 *
 * All zero: nothing is kept.  Each stream of records has one of its own.
 */
struct sw_kept {
	__u64		second;
	__u32		netns;
	struct sw_word	seconds;
	struct sw_word	inode;
	struct sw_kept_endpoint endpoint[2];
	unsigned int	oldest;
};

#define SW_NSEC_PER_SEC		1000000000

static inline void sw_text_keep_seconds(struct sw_kept *kept, __u64 ns)
{
	struct sw_text t = { kept->seconds.text };
	__u32 rest;

	sw_text_dec(&t, div_u64_rem(ns, SW_NSEC_PER_SEC, &rest));
	sw_text_char(&t, '.');
	kept->seconds.len = t.pos - kept->seconds.text;
	kept->second = ns - rest;
}

/**
 * sw_text_time() - write a time as seconds.nanoseconds
 * @t: where to
 * @kept: the texts kept so far
 * @ns: nanoseconds
 */
static inline void sw_text_time(struct sw_text *t, struct sw_kept *kept, __u64 ns)
{
	if (!kept->seconds.len || ns - kept->second >= SW_NSEC_PER_SEC)
		sw_text_keep_seconds(kept, ns);
	sw_text_word(t, &kept->seconds);
	sw_text_nine(t, ns - kept->second);
}

/**
 * sw_text_netns() - write the inode number of a network namespace
 * @t: where to
 * @kept: the texts kept so far
 * @netns: the number
 */
static inline void sw_text_netns(struct sw_text *t, struct sw_kept *kept, __u32 netns)
{
	if (!kept->inode.len || kept->netns != netns) {
		struct sw_text inode = { kept->inode.text };

		sw_text_dec32(&inode, netns);
		kept->inode.len = inode.pos - kept->inode.text;
		kept->netns = netns;
	}
	sw_text_word(t, &kept->inode);
}

/**
 * sw_text_is_plain() - may a character of a name be written as it is?
 * @c: the character
 *
 * Return: false if it could forge a key, end a line, or speak to a terminal.
 */
static inline bool sw_text_is_plain(unsigned char c)
{
	return c > ' ' && c < 0x7f && c != '\\' && c != '=';
}

static inline void sw_text_octal(struct sw_text *t, unsigned char c)
{
	sw_text_char(t, '\\');
	sw_text_char(t, '0' + (c >> 6));
	sw_text_char(t, '0' + ((c >> 3) & 7));
	sw_text_char(t, '0' + (c & 7));
}

/**
 * sw_text_escaped() - write a name that may hold anything
 * @t: where to
 * @s: the name, not necessarily terminated
 * @len: its length at most
 *
 * White space, control characters, backslash and '=' become \ooo, as in
 * /proc/mounts, so that no name can forge a key.  A name of no characters, which a
 * task may give itself, is the NUL that ends it; one that is "-" alone is
 * escaped, too: written as it is, it would be no name.
 */
static inline void sw_text_escaped(struct sw_text *t, const char *s, size_t len)
{
	if (!*s || (*s == '-' && !s[1])) {
		sw_text_octal(t, *s);
		return;
	}
	for (; len && *s; s++, len--) {
		if (sw_text_is_plain(*s))
			sw_text_char(t, *s);
		else
			sw_text_octal(t, *s);
	}
}

/* A number up to 255, faster than sw_text_dec32(). */
static inline void sw_text_byte(struct sw_text *t, __u32 value)
{
	if (value >= 100) {
		*t->pos++ = value >= 200 ? '2' : '1';
		value -= value >= 200 ? 200 : 100;
	} else if (value < 10) {
		*t->pos++ = '0' + value;
		return;
	}
	sw_text_pair(t->pos, value);
	t->pos += 2;
}

static inline void sw_text_ipv4(struct sw_text *t, const __u8 *addr)
{
	int i;

	for (i = 0; i < 3; i++) {
		sw_text_byte(t, addr[i]);
		sw_text_char(t, '.');
	}
	sw_text_byte(t, addr[3]);
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
		sw_text_const(t, "::ffff:");
		sw_text_ipv4(t, addr + 12);
		return;
	}
	for (i = 0; i < 8; i++) {
		if (i == start) {
			sw_text_const(t, "::");
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

static inline bool sw_text_is_kept(const struct sw_kept_endpoint *e,
				   const __u8 *addr, bool ipv6, __u16 port)
{
	if (e->port != port || e->ipv6 != ipv6 || !e->len)
		return false;
	return ipv6 ? !memcmp(e->addr, addr, 16) : !memcmp(e->addr, addr, 4);
}

static inline void sw_text_keep_endpoint(struct sw_kept_endpoint *e,
					 const __u8 *addr, bool ipv6, __u16 port)
{
	struct sw_text t = { e->text };

	memcpy(e->addr, addr, sizeof(e->addr));
	e->port = port;
	e->ipv6 = ipv6;
	sw_text_endpoint(&t, addr, ipv6, port);
	e->len = t.pos - e->text;
}

/**
 * sw_text_kept_endpoint() - write an endpoint that was probably written before
 * @t: where to
 * @kept: the texts kept so far
 * @addr: the address, network byte order, 16 bytes that can be read
 * @ipv6: it is an IPv6 address
 * @port: the port, host byte order
 */
static inline void sw_text_kept_endpoint(struct sw_text *t, struct sw_kept *kept,
					 const __u8 *addr, bool ipv6, __u16 port)
{
	unsigned int i = !kept->oldest;
	const struct sw_kept_endpoint *e = &kept->endpoint[i];

	if (!sw_text_is_kept(e, addr, ipv6, port)) {
		i = kept->oldest;
		e = &kept->endpoint[i];
		if (!sw_text_is_kept(e, addr, ipv6, port))
			sw_text_keep_endpoint(&kept->endpoint[i], addr, ipv6, port);
		kept->oldest = !i;
	}
	memcpy(t->pos, e->text, SW_TEXT_SLACK);
	if (e->len > SW_TEXT_SLACK)
		memcpy(t->pos, e->text, SW_TEXT_ENDPOINT);
	t->pos += e->len;
}

#endif /* _SHUTWATCH_TEXT_H */

// SPDX-License-Identifier: GPL-2.0-only
/* Writing numbers, words and addresses into a buffer; also runs on the host. */

#ifdef __KERNEL__
#include <linux/math64.h>
#endif

#include "text.h"

#ifndef __KERNEL__
static __u64 div_u64_rem(__u64 value, __u32 divisor, __u32 *rem)
{
	*rem = value % divisor;
	return value / divisor;
}
#endif

/**
 * sw_text_char() - write one character
 * @t: where to
 * @c: the character
 */
void sw_text_char(struct sw_text *t, char c)
{
	if (t->pos < t->end)
		*t->pos++ = c;
}

/**
 * sw_text_str() - write a string
 * @t: where to
 * @s: the string
 */
void sw_text_str(struct sw_text *t, const char *s)
{
	while (*s && t->pos < t->end)
		*t->pos++ = *s++;
}

/**
 * sw_text_dec() - write a number in decimal
 * @t: where to
 * @value: the number
 */
void sw_text_dec(struct sw_text *t, __u64 value)
{
	char digits[20];
	__u32 digit;
	int n = 0;

	do {
		value = div_u64_rem(value, 10, &digit);
		digits[n++] = '0' + digit;
	} while (value);
	while (n)
		sw_text_char(t, digits[--n]);
}

/**
 * sw_text_sdec() - write a signed number in decimal
 * @t: where to
 * @value: the number
 */
void sw_text_sdec(struct sw_text *t, __s64 value)
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
void sw_text_hex(struct sw_text *t, __u64 value)
{
	int shift = 60;

	while (shift && !(value >> shift))
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		sw_text_char(t, "0123456789abcdef"[(value >> shift) & 0xf]);
}

/**
 * sw_text_time() - write a time as seconds.nanoseconds
 * @t: where to
 * @ns: nanoseconds
 */
void sw_text_time(struct sw_text *t, __u64 ns)
{
	char digits[9];
	__u32 rest;
	int n;

	sw_text_dec(t, div_u64_rem(ns, 1000000000, &rest));
	sw_text_char(t, '.');
	for (n = 0; n < 9; n++, rest /= 10)
		digits[n] = '0' + rest % 10;
	while (n)
		sw_text_char(t, digits[--n]);
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
void sw_text_escaped(struct sw_text *t, const char *s, size_t len)
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

static void text_ipv4(struct sw_text *t, const __u8 *addr)
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i)
			sw_text_char(t, '.');
		sw_text_dec(t, addr[i]);
	}
}

/* The longest run of two or more zero groups, the first of several. */
static void longest_zero_run(const __u16 *group, int *start, int *len)
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
static void text_ipv6(struct sw_text *t, const __u8 *addr)
{
	__u16 group[8];
	int i, start, len;

	for (i = 0; i < 8; i++)
		group[i] = addr[2 * i] << 8 | addr[2 * i + 1];
	longest_zero_run(group, &start, &len);
	if (start == 0 && len == 5 && group[5] == 0xffff) {
		sw_text_str(t, "::ffff:");
		text_ipv4(t, addr + 12);
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
void sw_text_endpoint(struct sw_text *t, const __u8 *addr, bool ipv6, __u16 port)
{
	if (ipv6) {
		sw_text_char(t, '[');
		text_ipv6(t, addr);
		sw_text_char(t, ']');
	} else {
		text_ipv4(t, addr);
	}
	sw_text_char(t, ':');
	sw_text_dec(t, port);
}

// SPDX-License-Identifier: GPL-2.0-only
/* text.h on the host: numbers, names and addresses. */

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kselftest_harness.h>

#include "shared/text.h"

FIXTURE(text) {
	char		buf[128];
	struct sw_text	t;
};

FIXTURE_SETUP(text)
{
	memset(self->buf, 0, sizeof(self->buf));
	self->t.pos = self->buf;
}

FIXTURE_TEARDOWN(text)
{
}

static void endpoint(struct sw_text *t, int family, const char *addr, int port)
{
	unsigned char bytes[16];

	inet_pton(family, addr, bytes);
	sw_text_endpoint(t, bytes, family == AF_INET6, port);
}

TEST_F(text, decimal)
{
	sw_text_dec(&self->t, 0);
	sw_text_char(&self->t, ' ');
	sw_text_dec(&self->t, 18446744073709551615ULL);
	EXPECT_STREQ("0 18446744073709551615", self->buf);
}

TEST_F(text, signed_decimal)
{
	sw_text_sdec(&self->t, -9223372036854775807LL - 1);
	EXPECT_STREQ("-9223372036854775808", self->buf);
}

TEST_F(text, hexadecimal)
{
	sw_text_hex(&self->t, 0);
	sw_text_char(&self->t, ' ');
	sw_text_hex(&self->t, 0x1a);
	sw_text_char(&self->t, ' ');
	sw_text_hex(&self->t, 0xfedcba9876543210ULL);
	EXPECT_STREQ("0 1a fedcba9876543210", self->buf);
}

TEST_F(text, time)
{
	struct sw_kept kept = {};

	sw_text_time(&self->t, &kept, 12000000034ULL);
	EXPECT_STREQ("12.000000034", self->buf);
}

TEST_F(text, name_cannot_forge_a_key)
{
	sw_text_escaped(&self->t, "a b=\\\n\xff", 16);
	EXPECT_STREQ("a\\040b\\075\\134\\012\\377", self->buf);
}

/* No value is empty, and "-" is none. */
TEST_F(text, name_of_nothing)
{
	sw_text_escaped(&self->t, "", 16);
	sw_text_char(&self->t, ' ');
	sw_text_escaped(&self->t, "-", 16);
	sw_text_char(&self->t, ' ');
	sw_text_escaped(&self->t, "-sh", 16);
	EXPECT_STREQ("\\000 \\055 -sh", self->buf);
}

TEST_F(text, name_without_end)
{
	sw_text_escaped(&self->t, "0123456789abcdefXX", 16);
	EXPECT_STREQ("0123456789abcdef", self->buf);
}

TEST_F(text, part_of_a_string)
{
	sw_text_part(&self->t, "abc", 16);
	sw_text_part(&self->t, "defgh", 2);
	EXPECT_STREQ("abcde", self->buf);
}

/* Around every power of ten, where the width changes. */
TEST_F(text, decimal_of_each_width)
{
	__u64 power = 1, value;
	char expected[32];
	int digits, d;

	for (digits = 0; digits < 20; digits++, power *= 10) {
		for (d = -1; d <= 1; d++) {
			value = power + d;
			memset(self->buf, 0, sizeof(self->buf));
			self->t.pos = self->buf;
			sw_text_dec(&self->t, value);
			snprintf(expected, sizeof(expected), "%llu", value);
			EXPECT_STREQ(expected, self->buf);
		}
	}
}

TEST_F(text, bytes)
{
	char expected[32];
	int i;

	for (i = 0; i < 256; i++) {
		memset(self->buf, 0, sizeof(self->buf));
		self->t.pos = self->buf;
		sw_text_byte(&self->t, i);
		snprintf(expected, sizeof(expected), "%d", i);
		EXPECT_STREQ(expected, self->buf);
	}
}

TEST_F(text, flags)
{
	static const struct {
		__u8		flags;
		const char	*text;
	} try[] = {
		{ 0, "-" }, { 0x01, "F" }, { 0x04, "R" }, { 0x12, "SA" },
		{ 0x19, "FPA" }, { 0x3f, "FSRPAU" }, { 0xc0, "-" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(try); i++) {
		memset(self->buf, 0, sizeof(self->buf));
		self->t.pos = self->buf;
		sw_text_flags(&self->t, try[i].flags, "FSRPAU");
		EXPECT_STREQ(try[i].text, self->buf);
	}
}

TEST_F(text, ipv4)
{
	endpoint(&self->t, AF_INET, "127.0.0.20", 8000);
	EXPECT_STREQ("127.0.0.20:8000", self->buf);
}

/* The C library writes RFC 5952, too: every pattern of zero groups. */
TEST_F(text, ipv6_as_the_c_library)
{
	char expected[64], theirs[INET6_ADDRSTRLEN];
	unsigned char addr[16];
	int pattern, i;

	for (pattern = 0; pattern < 256; pattern++) {
		memset(addr, 0, sizeof(addr));
		for (i = 0; i < 8; i++)
			if (pattern & (1 << i))
				addr[2 * i + 1] = 0x10 + i;
		inet_ntop(AF_INET6, addr, theirs, sizeof(theirs));
		if (strchr(theirs, '.'))
			continue;	/* its deprecated ::192.0.2.1 */
		snprintf(expected, sizeof(expected), "[%s]:443", theirs);
		memset(self->buf, 0, sizeof(self->buf));
		self->t.pos = self->buf;
		sw_text_endpoint(&self->t, addr, true, 443);
		EXPECT_STREQ(expected, self->buf);
	}
}

TEST_F(text, ipv6_mapped)
{
	endpoint(&self->t, AF_INET6, "::ffff:192.0.2.1", 80);
	EXPECT_STREQ("[::ffff:192.0.2.1]:80", self->buf);
}

TEST_HARNESS_MAIN

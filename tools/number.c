// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading numbers.  strtoul() takes " -1" for a number; a user who types that
 * meant something else.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "number.h"

#define NS_DIGITS	9
#define NS_PER_SEC	1000000000ULL

static const char *digits(unsigned long *number, const char *text, unsigned long max)
{
	unsigned long n = 0;
	unsigned long digit;

	for (; *text >= '0' && *text <= '9'; text++) {
		digit = (unsigned long)(*text - '0');
		if (n > max / 10 || n * 10 > max - digit)
			return "too large";
		n = n * 10 + digit;
	}
	*number = n;
	return text;
}

/**
 * number_parse() - read a decimal number
 * @number: where the result goes, untouched after an error
 * @text: digits and nothing else
 * @max: the largest that will do
 *
 * The module refuses one that begins with a zero, and no record has one.
 *
 * Return: 0, or -EINVAL.
 */
int number_parse(unsigned long *number, const char *text, unsigned long max)
{
	unsigned long n;

	if (!*text || (text[0] == '0' && text[1]) || *digits(&n, text, max))
		return -EINVAL;
	*number = n;
	return 0;
}

/**
 * number_parse_ns() - read seconds with up to nine decimals
 * @ns: where the nanoseconds go, untouched after an error
 * @text: "12", "0.5", "12.345678901", and no zero before another digit
 *
 * Return: 0, or -EINVAL.
 */
int number_parse_ns(unsigned long long *ns, const char *text)
{
	unsigned long seconds, fraction = 0;
	const char *point, *end;
	size_t n;

	if (text[0] == '0' && text[1] >= '0' && text[1] <= '9')
		return -EINVAL;
	point = digits(&seconds, text, UINT_MAX);
	if (point == text)
		return -EINVAL;
	end = point;
	if (*point == '.') {
		n = strspn(point + 1, "0123456789");
		if (n < 1 || n > NS_DIGITS)
			return -EINVAL;
		end = digits(&fraction, point + 1, NS_PER_SEC - 1);
		for (; n < NS_DIGITS; n++)
			fraction *= 10;
	}
	if (*end)
		return -EINVAL;
	*ns = (unsigned long long)seconds * NS_PER_SEC + fraction;
	return 0;
}

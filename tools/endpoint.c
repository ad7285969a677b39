// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses as the records and the user write them: 192.0.2.1:80,
 * [2001:db8::1]:80, 192.0.2.0/24.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "endpoint.h"
#include "number.h"

#define MAPPED_BITS	96

static const unsigned char mapped[MAPPED_BITS / 8] = { [10] = 0xff, [11] = 0xff };

/* Store an address; one of IPv4 in IPv6's clothes becomes what it is. */
static int address_parse(unsigned char *addr, const char *text, bool *was_mapped)
{
	*was_mapped = false;
	if (inet_pton(AF_INET, text, addr) == 1)
		return AF_INET;
	if (inet_pton(AF_INET6, text, addr) != 1)
		return -EINVAL;
	if (memcmp(addr, mapped, sizeof(mapped)))
		return AF_INET6;
	*was_mapped = true;
	memmove(addr, addr + sizeof(mapped), 4);
	return AF_INET;
}

/**
 * endpoint_parse() - read an address with its port
 * @e: where the result goes
 * @text: as in a record
 *
 * Return: 0, or -EINVAL where it is none.
 */
int endpoint_parse(struct endpoint *e, const char *text)
{
	const char *colon = strrchr(text, ':');
	char addr[INET6_ADDRSTRLEN + 1];
	unsigned long port;
	bool was_mapped;
	size_t len;

	if (!colon || number_parse(&port, colon + 1, 65535))
		return -EINVAL;
	len = (size_t)(colon - text);
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len >= sizeof(addr))
		return -EINVAL;
	memcpy(addr, text, len);
	addr[len] = '\0';

	e->port = (unsigned int)port;
	e->family = address_parse(e->addr, addr, &was_mapped);
	return e->family < 0 ? -EINVAL : 0;
}

/**
 * endpoint_text() - write an address with its port
 * @to: where to, ENDPOINT_SIZE bytes
 * @e: what to write
 */
void endpoint_text(char *to, const struct endpoint *e)
{
	char addr[INET6_ADDRSTRLEN] = "?";

	inet_ntop(e->family, e->addr, addr, sizeof(addr));
	sprintf(to, e->family == AF_INET6 ? "[%s]:%u" : "%s:%u", addr, e->port & 0xffff);
}

/**
 * endpoint_is() - whether two are the same
 * @a: one
 * @b: the other
 *
 * Return: true where they are.
 */
bool endpoint_is(const struct endpoint *a, const struct endpoint *b)
{
	return a->family == b->family && a->port == b->port &&
	       !memcmp(a->addr, b->addr, a->family == AF_INET ? 4 : 16);
}

/**
 * prefix_parse() - read ADDR or ADDR/LEN
 * @p: where the result goes
 * @text: as the user wrote it
 *
 * Return: 0, -ERANGE where LEN leaves out a part of what makes it IPv4, or -EINVAL
 * where it is none.
 */
int prefix_parse(struct prefix *p, const char *text)
{
	const char *slash = strchrnul(text, '/');
	char addr[INET6_ADDRSTRLEN + 1];
	unsigned int bits;
	bool was_mapped;
	unsigned long len;

	if ((size_t)(slash - text) >= sizeof(addr))
		return -EINVAL;
	memcpy(addr, text, (size_t)(slash - text));
	addr[slash - text] = '\0';
	p->family = address_parse(p->addr, addr, &was_mapped);
	if (p->family < 0)
		return -EINVAL;

	bits = p->family == AF_INET6 || was_mapped ? 128 : 32;
	len = bits;
	if (*slash && number_parse(&len, slash + 1, bits))
		return -EINVAL;
	if (was_mapped && len < MAPPED_BITS)
		return -ERANGE;
	p->len = (unsigned int)len - (was_mapped ? MAPPED_BITS : 0);
	return 0;
}

/**
 * prefix_has() - whether an address begins with a prefix
 * @p: the prefix
 * @e: the endpoint that the address is part of
 *
 * Return: true where it does.
 */
bool prefix_has(const struct prefix *p, const struct endpoint *e)
{
	unsigned int bytes = p->len / 8;
	unsigned int rest = p->len % 8;

	if (p->family != e->family || memcmp(p->addr, e->addr, bytes))
		return false;
	return !rest || !((p->addr[bytes] ^ e->addr[bytes]) >> (8 - rest));
}

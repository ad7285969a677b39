// SPDX-License-Identifier: GPL-2.0-only
/*
 * The link types that tcpdump writes on Linux, IPv4 and IPv6, and of TCP what
 * tells segments apart.  Of each no more is looked at than is needed, since a
 * capture may hold only the first bytes of its packets.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "annotate/dissect.h"

/* LINKTYPE_ of libpcap; 12 and 14 are what some wrote for 101. */
#define LINK_NULL	0
#define LINK_ETHERNET	1
#define LINK_RAW_12	12
#define LINK_RAW_14	14
#define LINK_RAW	101
#define LINK_LOOP	108
#define LINK_SLL	113
#define LINK_IPV4	228
#define LINK_IPV6	229
#define LINK_SLL2	276

#define SLL_OUTGOING	4

#define ETHERTYPE_IPV4	0x0800
#define ETHERTYPE_IPV6	0x86dd

/* Up to and with the flags. */
#define TCP_NEEDED	14

static unsigned int be16(const unsigned char *from)
{
	return (unsigned int)from[0] << 8 | from[1];
}

static uint32_t be32(const unsigned char *from)
{
	return (uint32_t)be16(from) << 16 | be16(from + 2);
}

static bool is_vlan(unsigned int type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* A type at @at, behind tags of VLANs.  Return: where what it tells of begins, or 0. */
static size_t behind_type(const unsigned char *data, size_t len, size_t at, size_t behind)
{
	while (at + 2 <= len && is_vlan(be16(data + at))) {
		at = behind + 2;
		behind += 4;
	}
	if (at + 2 > len)
		return 0;
	return be16(data + at) == ETHERTYPE_IPV4 || be16(data + at) == ETHERTYPE_IPV6 ? behind : 0;
}

/* Where IP begins.  Return: false where it does not. */
static bool find_ip(struct wire_segment *s, unsigned int link, const unsigned char *data,
		    size_t len, size_t *at)
{
	*at = 0;
	switch (link) {
	case LINK_ETHERNET:
		*at = behind_type(data, len, 12, 14);
		return *at;
	case LINK_SLL:
		s->is_outgoing = len >= 2 && be16(data) == SLL_OUTGOING;
		*at = behind_type(data, len, 14, 16);
		return *at;
	case LINK_SLL2:
		s->is_outgoing = len > 10 && data[10] == SLL_OUTGOING;
		*at = behind_type(data, len, 0, 20);
		return *at;
	case LINK_NULL:
	case LINK_LOOP:
		/* Numbers of families differ from system to system: IP knows itself. */
		*at = 4;
	}
	return true;
}

static enum dissected tcp(struct wire_segment *s, const unsigned char *data, size_t len,
			  size_t at, size_t total)
{
	size_t header;

	if (at + TCP_NEEDED > len)
		return DISSECT_SHORT;
	s->from.port = be16(data + at);
	s->to.port = be16(data + at + 2);
	s->seq = be32(data + at + 4);
	s->ack = be32(data + at + 8);
	header = (size_t)(data[at + 12] >> 4) * 4;
	s->flags = data[at + 13] & SEGMENT_FLAGS;
	s->len = total > header ? (uint32_t)(total - header) : 0;
	return DISSECT_TCP;
}

static enum dissected ipv4(struct wire_segment *s, const unsigned char *ip, size_t len)
{
	size_t header, total;

	if (len < 10)
		return DISSECT_SHORT_IP;
	header = (size_t)(ip[0] & 15) * 4;
	total = be16(ip + 2);
	/* Of a fragment, only the first has ports and flags. */
	if (ip[9] != IPPROTO_TCP || be16(ip + 6) & 0x1fff || header < 20)
		return DISSECT_OTHER;
	if (len < 20)
		return DISSECT_SHORT;
	s->from.family = AF_INET;
	s->to.family = AF_INET;
	memcpy(s->from.addr, ip + 12, 4);
	memcpy(s->to.addr, ip + 16, 4);
	/* Of what a device will cut into segments, the length is not filled in. */
	return tcp(s, ip, len, header, total > header ? total - header : 0);
}

static bool is_extension(unsigned int header)
{
	return header == IPPROTO_HOPOPTS || header == IPPROTO_ROUTING ||
	       header == IPPROTO_DSTOPTS || header == IPPROTO_FRAGMENT;
}

static enum dissected ipv6(struct wire_segment *s, const unsigned char *ip, size_t len)
{
	unsigned int next;
	size_t at = 40, total, size;

	if (len < 7)
		return DISSECT_SHORT_IP;
	next = ip[6];
	total = 40 + be16(ip + 4);
	while (is_extension(next)) {
		if (at + 8 > len)
			return DISSECT_SHORT_IP;
		if (next == IPPROTO_FRAGMENT && be16(ip + at + 2) & 0xfff8)
			return DISSECT_OTHER;
		size = next == IPPROTO_FRAGMENT ? 8 : 8 * ((size_t)ip[at + 1] + 1);
		next = ip[at];
		at += size;
	}
	if (next != IPPROTO_TCP)
		return DISSECT_OTHER;
	if (len < 40)
		return DISSECT_SHORT;
	s->from.family = AF_INET6;
	s->to.family = AF_INET6;
	memcpy(s->from.addr, ip + 8, 16);
	memcpy(s->to.addr, ip + 24, 16);
	return tcp(s, ip, len, at, total > at ? total - at : 0);
}

/**
 * dissect_knows() - whether packets of a link type are understood
 * @link: LINKTYPE_ of libpcap
 *
 * Return: true where they are.
 */
bool dissect_knows(unsigned int link)
{
	switch (link) {
	case LINK_NULL:
	case LINK_ETHERNET:
	case LINK_RAW_12:
	case LINK_RAW_14:
	case LINK_RAW:
	case LINK_LOOP:
	case LINK_SLL:
	case LINK_IPV4:
	case LINK_IPV6:
	case LINK_SLL2:
		return true;
	}
	return false;
}

/**
 * dissect() - take a packet apart
 * @s: where the segment goes, if it is one
 * @link: the link type, one that is known
 * @data: what was captured
 * @len: so many bytes
 *
 * Return: what it is.
 */
enum dissected dissect(struct wire_segment *s, unsigned int link, const unsigned char *data,
		       size_t len)
{
	size_t at;

	*s = (struct wire_segment) { 0 };
	if (!find_ip(s, link, data, len, &at))
		return DISSECT_OTHER;
	if (at >= len)
		return DISSECT_SHORT_IP;
	switch (data[at] >> 4) {
	case 4:
		return ipv4(s, data + at, len - at);
	case 6:
		return ipv6(s, data + at, len - at);
	}
	return DISSECT_OTHER;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing captures: draft-ietf-opsawg-pcap and -pcapng.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "annotate/pcapfile.h"
#include "annotate/when.h"
#include "say.h"

#define MAGIC_US	0xa1b2c3d4
#define MAGIC_NS	0xa1b23c4d
#define MAGIC_ORDER	0x1a2b3c4d

#define BLOCK_SECTION	0x0a0d0d0a
#define BLOCK_IF	1
#define BLOCK_OBSOLETE	2	/* a packet, of before there was the "enhanced" one */
#define BLOCK_SIMPLE	3	/* a packet without a time */
#define BLOCK_JOURNAL	9	/* of systemd */
#define BLOCK_CUSTOM	0xbad
#define BLOCK_PRIVATE	0x40000bad	/* custom, and not to be copied */
#define BLOCK_PACKET	6	/* "enhanced" */

#define OPTION_END	0
#define OPTION_COMMENT	1
#define OPTION_RESOL	9
#define OPTION_OFFSET	14

#define NS_PER_SEC	1000000000ULL
#define PCAP_HEADER	24
#define PCAP_PACKET_HEADER	16

/*
 * Type, length; interface, time, two lengths; and the length once more.  In the
 * obsolete one, half of the interface's word says how many were dropped.
 */
#define BLOCK_HEAD	8
#define BLOCK_TAIL	4
#define PACKET_HEAD	28

/* No packet is larger; a length beyond it is none. */
#define BLOCK_MAX	(64 << 20)

#define PADDED(len)	(((size_t)(len) + 3) & ~(size_t)3)

static uint32_t get32(const struct pcapfile *f, const unsigned char *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return f->is_swapped ? __builtin_bswap32(value) : value;
}

static uint16_t get16(const struct pcapfile *f, const unsigned char *from)
{
	uint16_t value;

	memcpy(&value, from, sizeof(value));
	return f->is_swapped ? __builtin_bswap16(value) : value;
}

static void put32(const struct pcapfile *f, unsigned char *to, uint32_t value)
{
	if (f->is_swapped)
		value = __builtin_bswap32(value);
	memcpy(to, &value, sizeof(value));
}

static void put16(const struct pcapfile *f, unsigned char *to, uint16_t value)
{
	if (f->is_swapped)
		value = __builtin_bswap16(value);
	memcpy(to, &value, sizeof(value));
}

/* Read into the block, behind what is there.  Return: false where it ends before. */
static bool read_more(struct pcapfile *f, size_t len)
{
	size_t got;

	if (f->size + len > f->room) {
		f->room = f->size + len + 4096;
		f->block = realloc(f->block, f->room);
		if (!f->block)
			err(EXIT_FAILURE, "%s", f->path);
	}
	got = fread(f->block + f->size, 1, len, f->in);
	f->size += got;
	return got == len;
}

static enum pcap_found end_of(struct pcapfile *f)
{
	if (ferror(f->in)) {
		if (!f->is_wrong)
			say("%s: cannot read: %s", f->path, strerror(errno));
		f->is_wrong = true;
		return PCAP_WRONG;
	}
	if (!f->size)
		return PCAP_END;
	f->is_cut = true;
	return PCAP_END;
}

/* Said once, although all is read twice. */
static enum pcap_found damaged(struct pcapfile *f, const char *what)
{
	if (!f->is_wrong)
		say("%s: behind packet %lu: %s; what was before it is copied\n  copy the file anew",
		    f->path, f->number, what);
	f->is_wrong = true;
	return PCAP_WRONG;
}

static void add_if(struct pcapfile *f, unsigned int link, uint64_t units, int64_t offset)
{
	f->iface = reallocarray(f->iface, f->nr_ifaces + 1, sizeof(*f->iface));
	if (!f->iface)
		err(EXIT_FAILURE, "%s", f->path);
	f->iface[f->nr_ifaces++] = (struct pcap_if) { link, units, offset };
}

/* ---- pcap ---- */

static bool begin_pcap(struct pcapfile *f, uint32_t magic)
{
	f->is_swapped = magic != MAGIC_US && magic != MAGIC_NS;
	f->snaplen = get32(f, f->block + 16);
	/* The rest of the word says how long the checksum of a frame is. */
	add_if(f, get32(f, f->block + 20) & 0xffff,
	       get32(f, f->block) == MAGIC_NS ? NS_PER_SEC : 1000000, 0);
	return true;
}

static enum pcap_found next_of_pcap(struct pcapfile *f, struct pcap_packet *p)
{
	uint64_t fraction;
	uint32_t len;

	if (!read_more(f, PCAP_PACKET_HEADER))
		return end_of(f);
	len = get32(f, f->block + 8);
	if (len > BLOCK_MAX)
		return damaged(f, "this is no packet");
	if (!read_more(f, len))
		return end_of(f);
	fraction = get32(f, f->block + 4);
	p->data = f->block + PCAP_PACKET_HEADER;
	p->captured = len;
	p->link = f->iface->link;
	p->when = when_of(get32(f, f->block) * NS_PER_SEC +
			  fraction * (NS_PER_SEC / f->iface->units));
	f->number++;
	return PCAP_PACKET;
}

/* ---- pcapng ---- */

static uint64_t units_of(unsigned char resolution)
{
	uint64_t units = 1;
	int i;

	if (resolution & 0x80)
		return (resolution & 0x7f) < 63 ? 1ULL << (resolution & 0x7f) : 1000000;
	for (i = 0; i < resolution && i < 19; i++)
		units *= 10;
	return units;
}

static void take_if(struct pcapfile *f)
{
	size_t at = 16, len;
	uint64_t units = 1000000;
	int64_t offset = 0;
	uint16_t code;

	for (; at + 4 + BLOCK_TAIL <= f->size; at += 4 + PADDED(len)) {
		code = get16(f, f->block + at);
		len = get16(f, f->block + at + 2);
		if (code == OPTION_END || at + 4 + len + BLOCK_TAIL > f->size)
			break;
		if (code == OPTION_RESOL && len == 1)
			units = units_of(f->block[at + 4]);
		if (code == OPTION_OFFSET && len == 8)
			memcpy(&offset, f->block + at + 4, 8);
	}
	if (f->is_swapped)
		offset = (int64_t)__builtin_bswap64((uint64_t)offset);
	add_if(f, get16(f, f->block + 8), units, offset);
}

static enum pcap_found take_packet(struct pcapfile *f, uint32_t type, struct pcap_packet *p)
{
	const unsigned char *b = f->block;
	const struct pcap_if *iface;
	uint64_t when;
	uint32_t id;

	if (f->size < PACKET_HEAD + BLOCK_TAIL)
		return damaged(f, "a packet's block is too short");
	id = type == BLOCK_OBSOLETE ? get16(f, b + 8) : get32(f, b + 8);
	if (id >= f->nr_ifaces)
		return damaged(f, "a packet of an interface that is not described");
	p->captured = get32(f, b + 20);
	if (p->captured > f->size - PACKET_HEAD - BLOCK_TAIL)
		return damaged(f, "a packet is larger than its block");
	iface = &f->iface[id];
	when = (uint64_t)get32(f, b + 12) << 32 | get32(f, b + 16);
	p->data = b + PACKET_HEAD;
	p->link = iface->link;
	p->when = when_of((__int128)when * NS_PER_SEC / iface->units +
			  (__int128)iface->offset * NS_PER_SEC);
	f->number++;
	return PCAP_PACKET;
}

/* A new section may be in another byte order, and has interfaces of its own. */
static bool begin_section(struct pcapfile *f)
{
	uint32_t order;

	if (!read_more(f, 4))
		return false;
	memcpy(&order, f->block + 8, sizeof(order));
	f->is_swapped = order != MAGIC_ORDER;
	f->nr_ifaces = 0;
	return get32(f, f->block + 8) == MAGIC_ORDER;
}

/* Wireshark makes frames of these, too. */
static bool is_numbered(uint32_t type)
{
	return type == BLOCK_SIMPLE || type == BLOCK_JOURNAL || type == BLOCK_CUSTOM ||
	       type == BLOCK_PRIVATE;
}

static enum pcap_found next_of_pcapng(struct pcapfile *f, struct pcap_packet *p)
{
	uint32_t type, len;

	if (!read_more(f, BLOCK_HEAD))
		return end_of(f);
	memcpy(&type, f->block, sizeof(type));
	if (type == BLOCK_SECTION && !begin_section(f))
		return feof(f->in) ? end_of(f) : damaged(f, "no section begins here");
	type = get32(f, f->block);
	len = get32(f, f->block + 4);
	if (len < f->size + BLOCK_TAIL || len % 4 || len > BLOCK_MAX)
		return damaged(f, "this is no block");
	if (!read_more(f, len - f->size))
		return end_of(f);
	if (type == BLOCK_IF && f->size >= 16 + BLOCK_TAIL)
		take_if(f);
	if (type == BLOCK_PACKET || type == BLOCK_OBSOLETE)
		return take_packet(f, type, p);
	f->number += is_numbered(type);
	return PCAP_OTHER;
}

/* ---- both ---- */

static bool begin(struct pcapfile *f)
{
	uint32_t magic, other;

	f->size = 0;
	f->number = 0;
	f->nr_ifaces = 0;
	f->is_cut = false;
	if (read_more(f, 4)) {
		memcpy(&magic, f->block, sizeof(magic));
		other = __builtin_bswap32(magic);
		f->is_ng = magic == BLOCK_SECTION;
		if (f->is_ng) {
			rewind(f->in);
			return true;
		}
		if ((magic == MAGIC_US || magic == MAGIC_NS || other == MAGIC_US ||
		     other == MAGIC_NS) && read_more(f, PCAP_HEADER - 4))
			return begin_pcap(f, magic);
	}
	if (ferror(f->in)) {
		say("%s: cannot read: %s", f->path, strerror(errno));
		return false;
	}
	if (!f->size) {
		say("%s: it is empty: tcpdump keeps packets back until it ends: stop it (kill -INT),\n"
		    "  or run it with -U", f->path);
		return false;
	}
	say("%s: this is no capture, neither pcap nor pcapng, or it has not even a beginning\n"
	    "  make one: tcpdump -i any -w FILE", f->path);
	return false;
}

/**
 * pcapfile_open() - open a capture
 * @f: where the state goes
 * @path: the file; it is read twice, so no pipe
 *
 * Return: false after a message that names the cure.
 */
bool pcapfile_open(struct pcapfile *f, const char *path)
{
	*f = (struct pcapfile) { .path = path, .in = fopen(path, "re") };
	if (!f->in) {
		say("%s: %s", path, strerror(errno));
		return false;
	}
	if (fseek(f->in, 0, SEEK_SET)) {
		say("%s: it has to be read twice: save it to a file first", path);
		fclose(f->in);
		return false;
	}
	if (begin(f))
		return true;
	pcapfile_close(f);
	return false;
}

/**
 * pcapfile_rewind() - begin anew
 * @f: the capture
 *
 * Return: false after a message.
 */
bool pcapfile_rewind(struct pcapfile *f)
{
	rewind(f->in);
	return begin(f);
}

/**
 * pcapfile_next() - the next packet, or block of another kind
 * @f: the capture
 * @p: where a packet goes
 *
 * Return: what was found; PCAP_WRONG after a message.
 */
enum pcap_found pcapfile_next(struct pcapfile *f, struct pcap_packet *p)
{
	f->size = 0;
	return f->is_ng ? next_of_pcapng(f, p) : next_of_pcap(f, p);
}

/**
 * pcapfile_close() - close the capture
 * @f: the capture
 */
void pcapfile_close(struct pcapfile *f)
{
	fclose(f->in);
	free(f->iface);
	free(f->block);
}

/* ---- writing ---- */

static bool put(FILE *out, const void *data, size_t len)
{
	return fwrite(data, 1, len, out) == len;
}

static bool put_padding(FILE *out, size_t len)
{
	static const unsigned char zeroes[4];

	return put(out, zeroes, PADDED(len) - len);
}

/**
 * pcapng_begin() - write what comes before the first packet
 * @out: where to
 * @f: the capture of which it will be a copy; of pcapng, that has it itself
 *
 * Return: whether it could be written.
 */
bool pcapng_begin(FILE *out, const struct pcapfile *f)
{
	unsigned char resolution = 6;
	unsigned char section[28], iface[32] = { 0 };

	if (f->is_ng)
		return true;
	memset(section, 0xff, sizeof(section));		/* its length is not known */
	put32(f, section, BLOCK_SECTION);
	put32(f, section + 4, sizeof(section));
	put32(f, section + 8, MAGIC_ORDER);
	put16(f, section + 12, 1);
	put16(f, section + 14, 0);
	put32(f, section + 24, sizeof(section));
	if (f->iface->units == NS_PER_SEC)
		resolution = 9;
	put32(f, iface, BLOCK_IF);
	put32(f, iface + 4, sizeof(iface));
	put16(f, iface + 8, (uint16_t)f->iface->link);
	put32(f, iface + 12, f->snaplen);
	put16(f, iface + 16, OPTION_RESOL);
	put16(f, iface + 18, 1);
	iface[20] = resolution;
	put32(f, iface + 28, sizeof(iface));
	return put(out, section, sizeof(section)) && put(out, iface, sizeof(iface));
}

/* The head of a packet's block, of one of pcap. */
static void make_head(const struct pcapfile *f, unsigned char *head)
{
	uint64_t when = get32(f, f->block) * f->iface->units + get32(f, f->block + 4);

	put32(f, head, BLOCK_PACKET);
	put32(f, head + 8, 0);
	put32(f, head + 12, (uint32_t)(when >> 32));
	put32(f, head + 16, (uint32_t)when);
	memcpy(head + 20, f->block + 8, 8);
}

static bool put_comment(FILE *out, const struct pcapfile *f, const char *comment)
{
	size_t len = strlen(comment);
	unsigned char option[4];

	put16(f, option, OPTION_COMMENT);
	put16(f, option + 2, (uint16_t)len);
	return put(out, option, sizeof(option)) && put(out, comment, len) && put_padding(out, len);
}

/*
 * A packet with a comment: its options follow ours; where it has none, an end of
 * options does.
 */
static bool put_packet(FILE *out, const struct pcapfile *f, const struct pcap_packet *p,
		       const char *comment)
{
	static const unsigned char end[4];
	const unsigned char *options = end;
	size_t len = sizeof(end), added = comment ? 4 + PADDED(strlen(comment)) : 0;
	unsigned char head[PACKET_HEAD], tail[BLOCK_TAIL];
	size_t behind = PACKET_HEAD + PADDED(p->captured);

	if (f->is_ng) {
		memcpy(head, f->block, sizeof(head));
		if (f->size > behind + BLOCK_TAIL) {
			options = f->block + behind;
			len = f->size - BLOCK_TAIL - behind;
		}
	} else {
		make_head(f, head);
	}
	put32(f, head + 4, (uint32_t)(behind + added + len + BLOCK_TAIL));
	memcpy(tail, head + 4, sizeof(tail));
	return put(out, head, sizeof(head)) && put(out, p->data, p->captured) &&
	       put_padding(out, p->captured) && (!comment || put_comment(out, f, comment)) &&
	       put(out, options, len) && put(out, tail, sizeof(tail));
}

/* With comments in it, a section is longer than it says: how long, it may leave open. */
static bool put_section(FILE *out, const struct pcapfile *f)
{
	static const unsigned char unknown[] = { [0 ... 7] = 0xff };
	const size_t at = 16, behind = at + sizeof(unknown);

	if (f->size < behind + BLOCK_TAIL)
		return put(out, f->block, f->size);
	return put(out, f->block, at) && put(out, unknown, sizeof(unknown)) &&
	       put(out, f->block + behind, f->size - behind);
}

/**
 * pcapng_copy() - write what was read last
 * @out: where to
 * @f: the capture that it was read from
 * @p: the packet, or NULL for a block of another kind
 * @comment: a comment for it, shorter than 64 KiB, or NULL
 *
 * Return: whether it could be written.
 */
bool pcapng_copy(FILE *out, const struct pcapfile *f, const struct pcap_packet *p,
		 const char *comment)
{
	if (!p && get32(f, f->block) == BLOCK_SECTION)
		return put_section(out, f);
	if (!p || (f->is_ng && !comment))
		return put(out, f->block, f->size);
	return put_packet(out, f, p, comment);
}

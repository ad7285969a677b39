/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Captures, pcap and pcapng, read block by block, and written as pcapng with all
 * that was in them and comments besides: libpcap neither keeps nor writes those.
 */
#ifndef SHUTWATCH_PCAPFILE_H
#define SHUTWATCH_PCAPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * struct pcap_if - an interface of a capture
 * @link: its link type, LINKTYPE_ of libpcap
 * @units: of its timestamps, in a second
 * @offset: seconds to be added to them
 */
struct pcap_if {
	unsigned int link;
	uint64_t units;
	int64_t offset;
};

/**
 * struct pcapfile - a capture that is being read
 * @in: the file
 * @path: its name, for messages
 * @is_ng: pcapng, and not pcap
 * @is_swapped: in the other byte order; of pcapng, what is read now
 * @is_cut: it ended in the middle
 * @is_wrong: it could not be read on; that was said
 * @snaplen: of pcap
 * @iface: the interfaces of what is read now
 * @nr_ifaces: how many
 * @block: the last block: of pcap, the header of a packet and its data
 * @size: how many bytes it has
 * @room: for how many there is room
 * @number: of the last packet, from 1, as Wireshark numbers its frames
 */
struct pcapfile {
	FILE *in;
	const char *path;
	bool is_ng, is_swapped, is_cut, is_wrong;
	uint32_t snaplen;
	struct pcap_if *iface;
	size_t nr_ifaces;
	unsigned char *block;
	size_t size, room;
	unsigned long number;
};

/**
 * struct pcap_packet - a packet
 * @data: what was captured of it, good until the next one
 * @captured: so many bytes
 * @link: its link type
 * @when: nanoseconds of CLOCK_REALTIME
 */
struct pcap_packet {
	const unsigned char *data;
	size_t captured;
	unsigned int link;
	long long when;
};

/* What pcapfile_next() finds. */
enum pcap_found {
	PCAP_END,
	PCAP_PACKET,
	PCAP_OTHER,
	PCAP_WRONG
};

bool pcapfile_open(struct pcapfile *f, const char *path);
bool pcapfile_rewind(struct pcapfile *f);
enum pcap_found pcapfile_next(struct pcapfile *f, struct pcap_packet *p);
void pcapfile_close(struct pcapfile *f);

bool pcapng_begin(FILE *out, const struct pcapfile *f);
bool pcapng_copy(FILE *out, const struct pcapfile *f, const struct pcap_packet *p,
		 const char *comment);

#endif /* SHUTWATCH_PCAPFILE_H */

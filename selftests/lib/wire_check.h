/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire against the records: is every FIN and RST told, and told once, and
 * was every FIN and RST that is told there?
 */
#ifndef WIRE_CHECK_H
#define WIRE_CHECK_H

#include <stdbool.h>

#include <parse.h>

#include "packet.h"
#include "remarks.h"

/* No record claims the packet. */
#define WIRE_NOBODY	(-1)

/**
 * struct agreement - who sent what
 * @fins: FINs on the wire, without retransmissions
 * @rsts: RSTs on the wire
 * @remarks: one sentence for each disagreement
 */
struct agreement {
	int fins;
	int rsts;
	struct remarks remarks;
};

void wire_check(struct agreement *agreement, const struct packet *packet,
		int nr_packets, const struct record *record, int nr_records,
		const bool *lost, int *claimed_by);
void wire_check_until(struct agreement *agreement, const struct packet *packet,
		      int nr_packets, const struct record *record, int nr_records,
		      const bool *lost, __u64 until, int *claimed_by);

#endif /* WIRE_CHECK_H */

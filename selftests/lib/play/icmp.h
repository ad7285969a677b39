/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A router, or the peer's host, says that a segment could not be delivered.
 */
#ifndef ICMP_H
#define ICMP_H

#include "peer.h"

void icmp_error(const struct peer *peer, __u8 type, __u8 code);
void icmp_host_unreachable(const struct peer *peer);

#endif /* ICMP_H */

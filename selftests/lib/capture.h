/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wire: every TCP packet on lo of this network namespace, or all that is sent
 * by another device.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <linux/types.h>

#include "packet.h"
#include "remarks.h"

struct capture;

struct capture *capture_open(struct remarks *remarks);
struct capture *capture_open_sent(const char *device, struct remarks *remarks);
int capture_read(struct capture *capture, struct packet *packet, int max,
		 struct remarks *remarks);
void capture_close(struct capture *capture);

#endif /* CAPTURE_H */

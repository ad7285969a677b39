/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A RST that comes back as the peer's, while its sender still sends it.
 */
#ifndef TURN_BACK_H
#define TURN_BACK_H

#include <stdbool.h>

int turn_back_rst(int port, bool ipv6);

#endif /* TURN_BACK_H */

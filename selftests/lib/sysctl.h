/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of the kernel: most belong to the network namespace.
 */
#ifndef SYSCTL_H
#define SYSCTL_H

#include <stddef.h>

#include "play.h"

int sysctl_read(const char *name, char *value, size_t size);
int sysctl_write(const char *name, const char *value);
void sysctl_be(struct play *play, const char *name, const char *value);
void sysctl_await_minis(struct play *play, int count);

#endif /* SYSCTL_H */

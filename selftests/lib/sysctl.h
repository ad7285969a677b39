/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of the kernel: most belong to the network namespace.
 */
#ifndef SYSCTL_H
#define SYSCTL_H

#include <stddef.h>

int sysctl_read(const char *name, char *value, size_t size);
int sysctl_write(const char *name, const char *value);
int sysctl_exchange_first(const char *name, const char *value, char *before,
			  size_t size);

#endif /* SYSCTL_H */

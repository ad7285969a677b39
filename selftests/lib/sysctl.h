/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings of the kernel: most belong to the network namespace.
 */
#ifndef SYSCTL_H
#define SYSCTL_H

#include <stdbool.h>
#include <stddef.h>

/* What is lacking, for those who say so, where sysctl_is_closed(). */
#define SYSCTL_OPEN	"a /proc/sys that root may write to"

int sysctl_read(const char *name, char *value, size_t size);
int sysctl_write(const char *name, const char *value);
int sysctl_exchange_first(const char *name, const char *value, char *before,
			  size_t size);
bool sysctl_is_closed(int err);

#endif /* SYSCTL_H */

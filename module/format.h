/* SPDX-License-Identifier: GPL-2.0-only */
/* Records to text.  Pure: no socket, no file, no lock; also runs on the host. */
#ifndef _SHUTWATCH_FORMAT_H
#define _SHUTWATCH_FORMAT_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stddef.h>
#endif

#include "record.h"

struct sw_kept;

size_t sw_format_record(char *buf, const struct sw_record *rec,
			struct sw_kept *kept);
size_t sw_format_sockinfo(char *buf, const struct sw_sockinfo *info,
			  struct sw_kept *kept);
size_t sw_format_total(char *buf, const struct sw_total *total);

/**
 * sw_kreason_name() - name of a reset reason of the running kernel
 * @kreason: enum sk_rst_reason
 *
 * Provided by whoever links format.c: the names are the kernel's.  The text and
 * the raw record have room for SHUTWATCH_KREASON_LEN bytes of one.
 *
 * Return: the name, or NULL if there is none.
 */
const char *sw_kreason_name(unsigned int kreason);

#endif /* _SHUTWATCH_FORMAT_H */

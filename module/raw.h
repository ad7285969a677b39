/* SPDX-License-Identifier: GPL-2.0-only */
/* Records to what programs read.  Pure: also runs on the host. */
#ifndef _SHUTWATCH_RAW_H
#define _SHUTWATCH_RAW_H

#include "record.h"

void sw_raw_record(struct shutwatch_raw *raw, const struct sw_record *rec);

#endif /* _SHUTWATCH_RAW_H */

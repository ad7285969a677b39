/* SPDX-License-Identifier: GPL-2.0-only */
/* From a return address to the path that it lies on. */
#ifndef _SHUTWATCH_CALLERS_H
#define _SHUTWATCH_CALLERS_H

#include "path.h"

void sw_callers_init(void);
unsigned long sw_function_address(const char *symbol);
enum sw_path sw_caller_path(unsigned long address);
const char *sw_caller_name(unsigned int index, bool *found);

#endif /* _SHUTWATCH_CALLERS_H */

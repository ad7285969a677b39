/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the clock of the records to the one on the wall.
 */
#ifndef SHUTWATCH_WALLCLOCK_H
#define SHUTWATCH_WALLCLOCK_H

#include <stddef.h>

/* "2026-11-26 02:47:28.123456" and its NUL; a year may have more digits. */
#define WALLCLOCK_SIZE	40
#define WALLCLOCK_WIDTH	26

long long wallclock_now(void);
long long wallclock_offset(void);
void wallclock_set(long long offset);
long long wallclock_of(unsigned long long mono);
size_t wallclock_text(char *to, long long wall);
size_t wallclock_utc(char *to, long long wall);

#endif /* SHUTWATCH_WALLCLOCK_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers, read without mercy: no sign, no space, no zero before, nothing behind.
 */
#ifndef SHUTWATCH_NUMBER_H
#define SHUTWATCH_NUMBER_H

int number_parse(unsigned long *number, const char *text, unsigned long max);
int number_parse_ns(unsigned long long *ns, const char *text);

#endif /* SHUTWATCH_NUMBER_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of files in command lines that we tell the user to type.
 */
#ifndef SHUTWATCH_QUOTE_H
#define SHUTWATCH_QUOTE_H

const char *quoted(const char *name);

#endif /* SHUTWATCH_QUOTE_H */

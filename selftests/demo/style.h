/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What stands around words that are to be seen, or not to be in the way.
 */
#ifndef STYLE_H
#define STYLE_H

#include <stdbool.h>

/**
 * struct style - escape sequences, or nothing where there are no colours
 * @bold: for headings
 * @dim: for what can be skipped
 * @good: for what is as it should be, and a FIN
 * @bad: for what is not, and a RST
 * @plain: the end of any
 */
struct style {
	const char *bold;
	const char *dim;
	const char *good;
	const char *bad;
	const char *plain;
};

extern struct style style;

void style_begin(bool colour);
const char *style_sent(int sent);

#endif /* STYLE_H */

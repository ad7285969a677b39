/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sentences about what is not as it should be, kept until somebody tells them.
 */
#ifndef REMARKS_H
#define REMARKS_H

#define REMARKS_MAX	24
#define REMARK_LEN	512

/**
 * struct remarks - what was found to be wrong
 * @count: how many; those beyond REMARKS_MAX are counted, not kept
 * @text: one sentence each
 */
struct remarks {
	int count;
	char text[REMARKS_MAX][REMARK_LEN];
};

#ifndef __printf
#define __printf(format, args)	__attribute__((__format__(printf,	\
							  format, args)))
#endif

__printf(2, 3)
void remark(struct remarks *remarks, const char *format, ...);
int remarks_kept(const struct remarks *remarks);

#endif /* REMARKS_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SHUTWATCH_FUZZ_RECORD_H
#define SHUTWATCH_FUZZ_RECORD_H

#include <stddef.h>

/* libFuzzer has a name of its own for it: see the Makefile. */
int fuzz_one(const unsigned char *data, size_t size);
int fuzz_raw(const unsigned char *data, size_t size);
int fuzz_source(const unsigned char *data, size_t size);
int fuzz_saved(const unsigned char *data, size_t size);

#endif /* SHUTWATCH_FUZZ_RECORD_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sockets of which the kernel encrypts what is sent, or decrypts what comes.  The
 * other end does not always do the same, which is an error then.
 */
#ifndef TLS_H
#define TLS_H

#include "view.h"

/* The argument of VERB_TLS, a bit each. */
#define TLS_SENDS	1
#define TLS_RECEIVES	2

bool tls_prepare(void);
bool tls_can(void);
int do_tls(int fd, int what);

/* What the judge asks. */
bool tls_is_on(const struct view *view, __u64 cookie);

#endif /* TLS_H */

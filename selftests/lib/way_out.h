/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Closing the way out of this process's sockets, so that what TCP sends does not
 * leave, and TCP is told.
 */
#ifndef WAY_OUT_H
#define WAY_OUT_H

/* Without it no way is closed. */
#define WAY_OUT_NEEDS	"CONFIG_CGROUP_BPF"

int way_out_prepare(void);
int way_out_close(void);
void way_out_forget(void);

#endif /* WAY_OUT_H */

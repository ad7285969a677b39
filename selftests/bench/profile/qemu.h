/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of QEMU's plugin interface as the profiler needs: what has been in it
 * from the first version to today's.  Debian 12 does not package QEMU's own
 * header; the names are QEMU's, whose uint64_t is unsigned long long here.
 */
#ifndef _BENCH_QEMU_H
#define _BENCH_QEMU_H

#include <stddef.h>

struct qemu_plugin_tb;
struct qemu_info_t;

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

/* What QEMU offers. */
void qemu_plugin_register_vcpu_tb_trans_cb(unsigned long long id,
					   void (*cb)(unsigned long long id,
						      struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb,
					  void (*cb)(unsigned int vcpu, void *data),
					  enum qemu_plugin_cb_flags flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
unsigned long long qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);

/* What QEMU looks for. */
extern int qemu_plugin_version;
int qemu_plugin_install(unsigned long long id, const struct qemu_info_t *info,
			int argc, char **argv);

#endif /* _BENCH_QEMU_H */

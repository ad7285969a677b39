/* SPDX-License-Identifier: GPL-2.0-only */
/* Included ahead of everything: what our lines in the kernel log begin with. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

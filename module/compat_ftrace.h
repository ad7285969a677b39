/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the kernels that shutwatch runs on differ in ftrace.  Asked of the
 * compiler, as in compat.h.
 */
#ifndef _SHUTWATCH_COMPAT_FTRACE_H
#define _SHUTWATCH_COMPAT_FTRACE_H

#include <linux/ftrace.h>
#include <linux/ptrace.h>

/*
 * How ftrace hands over the arguments of a function that it watches: by
 * ftrace_regs_get_argument(), where there is one (6.2; on arm64 it is no macro,
 * but as old as the option); before, on x86, in struct ftrace_regs (5.11); before,
 * and on arm64, in struct pt_regs, if asked to.  Nothing is defined where it does
 * not, or where we were not seen to work.
 */
#ifdef CONFIG_HAVE_DYNAMIC_FTRACE_WITH_ARGS
#if defined(ftrace_regs_get_argument) || defined(CONFIG_ARM64)
#define SW_FTRACE_REGS		struct ftrace_regs
#define SW_FTRACE_FLAGS		0
#define SW_FTRACE_ARG(regs, n)	ftrace_regs_get_argument(regs, n)
#elif defined(CONFIG_X86_64)
#define SW_FTRACE_REGS		struct ftrace_regs
#define SW_FTRACE_FLAGS		0
#define SW_FTRACE_ARG(fregs, n)	regs_get_kernel_argument(&(fregs)->regs, n)
#endif
#elif defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS) && defined(CONFIG_ARM64) && \
	defined(arch_ftrace_get_regs)
#define SW_FTRACE_REGS		struct ftrace_regs
#define SW_FTRACE_FLAGS		FTRACE_OPS_FL_SAVE_REGS
#define SW_FTRACE_ARG(fregs, n)	regs_get_kernel_argument(ftrace_get_regs(fregs), n)
#elif defined(CONFIG_DYNAMIC_FTRACE_WITH_REGS) && defined(CONFIG_X86_64)
#define SW_FTRACE_REGS		struct pt_regs
#define SW_FTRACE_FLAGS		(FTRACE_OPS_FL_SAVE_REGS |		\
				 FTRACE_OPS_FL_RECURSION_SAFE)
#define SW_FTRACE_ARG(regs, n)	regs_get_kernel_argument(regs, n)
#endif

/*
 * Where in a function ftrace is called, in bytes behind the place that a kprobe at
 * its entry has: there on x86; on arm64 in the second instruction, or in the third
 * if the first one is a landing pad (BTI).  ftrace refuses the wrong one of them.
 */
#ifdef CONFIG_ARM64
#define SW_FTRACE_SITES		{ 4, 8 }
#else
#define SW_FTRACE_SITES		{ 0 }
#endif

/*
 * Where a function returns to, when a probe is hit at its entry.  0 where we do
 * not know how to tell: then nobody is known to have called it.
 */
#if defined(CONFIG_X86_64)
#define SW_CALLER(regs)		regs_get_kernel_stack_nth(regs, 0)
#elif defined(CONFIG_ARM64)
#define SW_CALLER(regs)		procedure_link_pointer(regs)
#else
#define SW_CALLER(regs)		0UL
#endif

#endif /* _SHUTWATCH_COMPAT_FTRACE_H */

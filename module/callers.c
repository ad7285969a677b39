// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who called?
 *
 * tcp_done(), tcp_done_with_error(), tcp_time_wait(), tcp_send_active_reset(),
 * tcp_disconnect(), tcp_shutdown() and inet_twsk_deschedule_put() act on a
 * connection for whoever calls them: a segment, an ICMP error, a timer, a call.
 * Each is in another source file than nearly all of its callers, so that it is
 * called and not a part of them, and its return address names the function that
 * did.
 * What the CPU is doing at that moment proves nothing: TCP's input and its
 * timers run in softirqs, in tasks, in kernel threads, under anybody's name.
 *
 * The functions are found once, at load.  One that this kernel does not have,
 * or has under another name because of its compiler, is left out; then what it
 * does has no cause, but never a wrong one.
 */

#include <linux/kallsyms.h>
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include "callers.h"

/**
 * struct caller - a function whose code lies on a path
 * @symbol: its name
 * @path: which path
 * @start: where it begins; 0 if it was not found
 * @end: behind its last byte
 */
struct caller {
	const char	*symbol;
	enum sw_path	path;
	unsigned long	start;
	unsigned long	end;
};

/* Written at load, before the first hook is armed, then left alone. */
static struct caller callers[] = {
	/* the ones that every connection meets come first */
	{ "tcp_done_with_error",	SW_PATH_INNER },
	/* ends connections by tcp_reset() alone, which may be a part of it, or jump */
	{ "tcp_validate_incoming",	SW_PATH_INNER },
	{ "tcp_disconnect",		SW_PATH_DISCONNECT },
	{ "tcp_reset",			SW_PATH_INNER },
	{ "tcp_rcv_state_process",	SW_PATH_SEGMENT },
	{ "__tcp_close",		SW_PATH_CLOSE },
	{ "inet_shutdown",		SW_PATH_SHUTDOWN },
	{ "tcp_rcv_established",	SW_PATH_SEGMENT },
	{ "tcp_check_req",		SW_PATH_SEGMENT },
	{ "tcp_v4_rcv",			SW_PATH_SEGMENT },
	{ "tcp_v6_rcv",			SW_PATH_SEGMENT },
	{ "tcp_data_queue",		SW_PATH_SEGMENT },
	{ "tcp_fin",			SW_PATH_SEGMENT },
	{ "tcp_time_wait",		SW_PATH_TIME_WAIT },
	{ "tcp_timewait_state_process",	SW_PATH_SEGMENT },
	{ "tcp_v4_err",			SW_PATH_ICMP },
	{ "tcp_v6_err",			SW_PATH_ICMP },
	{ "tcp_keepalive_timer",	SW_PATH_KEEPALIVE },
	{ "tcp_out_of_resources",	SW_PATH_ORPHAN },
	{ "tcp_write_timer_handler",	SW_PATH_WRITE_TIMER },
	{ "tcp_retransmit_timer",	SW_PATH_WRITE_TIMER },
	{ "tcp_probe_timer",		SW_PATH_WRITE_TIMER },
	{ "tcp_write_timeout",		SW_PATH_WRITE_TIMER },
	/* a part of these on x86; the keepalive timer calls it behind its RST */
	{ "tcp_write_err",		SW_PATH_WRITE_TIMER },
	{ "tcp_fastopen_synack_timer",	SW_PATH_WRITE_TIMER },
	{ "tw_timer_handler",		SW_PATH_MINI_TIMER },
	{ "tcp_abort",			SW_PATH_ABORT },
	{ "__inet_hash_connect",	SW_PATH_CONNECT },
	{ "__inet_check_established",	SW_PATH_CONNECT },
	{ "__inet6_check_established",	SW_PATH_CONNECT },
	{ "__inet_stream_connect",	SW_PATH_CONNECT },
};

/* Finds nothing but the address: it is never switched on. */
static bool locate(const char *symbol, struct kprobe *kp)
{
	memset(kp, 0, sizeof(*kp));
	kp->symbol_name = symbol;
	kp->flags = KPROBE_FLAG_DISABLED;
	return !register_kprobe(kp);
}

/* The length of a function is only told in words: "tcp_done+0x4/0xd0". */
static void measure(struct caller *caller, unsigned long address)
{
	char text[KSYM_SYMBOL_LEN];
	unsigned long offset, length;
	const char *plus;

	sprint_symbol(text, address);
	plus = strrchr(text, '+');
	if (!plus || sscanf(plus, "+%lx/%lx", &offset, &length) != 2)
		return;
	caller->start = address - offset;
	caller->end = caller->start + length;
}

/**
 * sw_function_address() - find a function that is not exported
 * @symbol: its name
 *
 * Context: process, sleeps.
 * Return: its address, or 0 if this kernel does not have it.
 */
unsigned long __init sw_function_address(const char *symbol)
{
	struct caller function = {};
	struct kprobe kp;

	if (!locate(symbol, &kp))
		return 0;
	measure(&function, (unsigned long)kp.addr);
	unregister_kprobe(&kp);
	return function.start;
}

/**
 * sw_callers_init() - find the functions
 *
 * Context: process, sleeps.
 */
void __init sw_callers_init(void)
{
	static struct kprobe kps[ARRAY_SIZE(callers)] __initdata;
	static struct kprobe *found[ARRAY_SIZE(callers)] __initdata;
	unsigned int i, nr = 0;

	for (i = 0; i < ARRAY_SIZE(callers); i++) {
		if (!locate(callers[i].symbol, &kps[i]))
			continue;
		measure(&callers[i], (unsigned long)kps[i].addr);
		found[nr++] = &kps[i];
	}
	unregister_kprobes(found, nr);
	if (!callers[0].start && !callers[1].start)
		pr_warn("cannot tell functions apart by their addresses (is CONFIG_KALLSYMS off?): by= will mostly be -\n");
}

/**
 * sw_caller_path() - the path that an address lies on
 * @address: where a function that is hooked returns to
 *
 * Context: any.
 * Return: the path; SW_PATH_NONE for any other function.
 */
enum sw_path sw_caller_path(unsigned long address)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(callers); i++)
		/* the call may be the last instruction of its function */
		if (address > callers[i].start && address <= callers[i].end)
			return callers[i].path;
	return SW_PATH_NONE;
}

/**
 * sw_caller_name() - the functions that are told apart, for the stats file
 * @index: from 0
 * @found: receives whether this kernel has it
 *
 * Context: any.
 * Return: its name, or NULL behind the last one.
 */
const char *sw_caller_name(unsigned int index, bool *found)
{
	if (index >= ARRAY_SIZE(callers))
		return NULL;
	*found = callers[index].start;
	return callers[index].symbol;
}

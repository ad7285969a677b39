/* SPDX-License-Identifier: GPL-2.0-only */
/* The hooks: one table, armed in one go; one that does not fire is reported. */
#ifndef _SHUTWATCH_HOOKS_H
#define _SHUTWATCH_HOOKS_H

#include <linux/kprobes.h>
#include <linux/percpu.h>
#include <linux/tracepoint.h>

#define SW_HOOK_LIST(X)							\
	X(SW_HOOK_SHUTDOWN)						\
	X(SW_HOOK_CLOSE)						\
	X(SW_HOOK_DISCONNECT)						\
	X(SW_HOOK_SYSCALL_SHUTDOWN)					\
	X(SW_HOOK_SYSCALL_CONNECT)					\
	X(SW_HOOK_CLOSE_LOCKED)						\
	X(SW_HOOK_ABORT)						\
	X(SW_HOOK_SEND_FIN)						\
	X(SW_HOOK_SEND_RST)						\
	X(SW_HOOK_REPLY_RST4)						\
	X(SW_HOOK_REPLY_RST6)						\
	X(SW_HOOK_RESET)						\
	X(SW_HOOK_DONE)							\
	X(SW_HOOK_DONE_WITH_ERROR)					\
	X(SW_HOOK_TIME_WAIT)						\
	X(SW_HOOK_CHECK_REQ)						\
	X(SW_HOOK_ACCEPTED)						\
	X(SW_HOOK_CHILD_FORGET)						\
	X(SW_HOOK_MINI_BORN)						\
	X(SW_HOOK_MINI_SEGMENT)						\
	X(SW_HOOK_MINI_SCHEDULE)					\
	X(SW_HOOK_MINI_PUT)						\
	X(SW_HOOK_MINI_TIMER)						\
	X(SW_HOOK_MINI_KILL)						\
	X(SW_HOOK_MPTCP_CLOSE)						\
	X(SW_HOOK_MPTCP_DISCONNECT)					\
	X(SW_HOOK_MPTCP_CLOSE_SUBFLOW)					\
	X(SW_HOOK_MPTCP_SHUT_SUBFLOW)					\
	X(SW_HOOK_MPTCP_LOCK_SUBFLOW)					\
	X(SW_HOOK_TP_STATE)						\
	X(SW_HOOK_TP_SEND_RESET)					\
	X(SW_HOOK_TP_RECEIVE_RESET)					\
	X(SW_HOOK_TP_DESTROY)						\
	X(SW_HOOK_TP_KFREE_SKB)

enum sw_hook_id {
#define SW_AS_ENUM(id) id,
	SW_HOOK_LIST(SW_AS_ENUM)
#undef SW_AS_ENUM
	SW_HOOK_COUNT
};

/*
 * SW_FUNCTION is called by ftrace itself: a quarter of the price of a kprobe,
 * and never skipped.  Where ftrace cannot hook it, it becomes a kprobe.
 */
enum sw_hook_type { SW_FUNCTION, SW_KPROBE, SW_KRETPROBE, SW_TRACEPOINT };

/*
 * The handler of an SW_FUNCTION.  It gets the function's first three arguments,
 * as the registers hold them, and the address that the function returns to, which
 * says who called it.  Called with preemption disabled, by ftrace or the kprobe
 * in its place.
 */
typedef void (*sw_entered_t)(unsigned long arg0, unsigned long arg1,
			     unsigned long arg2, unsigned long caller);

/* Which step of the self-check at load makes a hook fire. */
enum sw_hook_proof {
	SW_PROOF_NONE,		/* nothing harmless brings it about */
	SW_PROOF_SOCKET,	/* a listener is opened, shut down and closed */
	SW_PROOF_CONNECTION,	/* and so is a connection over loopback */
};

/**
 * struct sw_hook - one hook
 * @symbol: function or tracepoint; the second name is tried where the first
 *	does not exist
 * @lost: what is lost without it
 * @type: what it is
 * @needed: without it the module does not load
 * @younger: kernels that do not have the function do without it
 * @proof: the step of the self-check that makes it fire
 * @maxactive: kretprobe: how many tasks may be inside at a time
 * @entered: function: the handler
 * @entry: kprobe: the handler
 * @ret_entry: kretprobe: the handler at entry
 * @ret: kretprobe: the handler at return
 * @data_size: kretprobe: bytes that the two share
 * @callback: tracepoint: the handler
 * @name: the symbol that was found
 * @armed: it is in place
 * @proved: and the self-check has seen it fire
 * @by_ftrace: function: ftrace has taken it
 * @kp: the kprobe; of a function: finds it, and does in ftrace's place
 * @rp: the kretprobe
 * @tp: the tracepoint
 */
struct sw_hook {
	const char		*symbol[2];
	const char		*lost;
	enum sw_hook_type	type;
	bool			needed;
	bool			younger;
	enum sw_hook_proof	proof;
	int			maxactive;
	sw_entered_t		entered;
	kprobe_pre_handler_t	entry;
	kretprobe_handler_t	ret_entry;
	kretprobe_handler_t	ret;
	size_t			data_size;
	void			*callback;

	const char		*name;
	bool			armed;
	bool			proved;
	bool			by_ftrace;
	union {
		struct kprobe		kp;
		struct kretprobe	rp;
		struct tracepoint	*tp;
	};
};

DECLARE_PER_CPU(u64 [SW_HOOK_COUNT], sw_hits);

/**
 * sw_hit() - count a hit of a hook
 * @id: which
 *
 * Context: any.
 */
static inline void sw_hit(enum sw_hook_id id)
{
	this_cpu_inc(sw_hits[id]);
}

/*
 * The table that sw_hooks_arm() was given, for the handlers: it names them, so
 * they cannot know it by name.  Set before the first of them can run.
 */
extern const struct sw_hook *sw_hooks_given;

/**
 * sw_hook_is_armed() - is this hook in place?
 * @id: which
 *
 * Context: a handler.
 * Return: whether it is.
 */
static __always_inline bool sw_hook_is_armed(enum sw_hook_id id)
{
	return sw_hooks_given[id].armed;
}

/**
 * sw_hook_is_sure() - will this hook be called, whatever happens?
 * @id: which
 *
 * Probes are skipped inside other probes' handlers, and can be switched off.
 *
 * Context: a handler.
 * Return: whether it will.
 */
static __always_inline bool sw_hook_is_sure(enum sw_hook_id id)
{
	return sw_hooks_given[id].type == SW_FUNCTION && sw_hooks_given[id].proved;
}

int sw_hooks_arm(struct sw_hook *hooks);
void sw_hooks_disarm(struct sw_hook *hooks);
u64 sw_hook_hits(enum sw_hook_id id);
unsigned long sw_hook_nmissed(const struct sw_hook *hook);

#endif /* _SHUTWATCH_HOOKS_H */

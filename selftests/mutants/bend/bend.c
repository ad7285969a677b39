// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bends the kernel: TCP does, in one respect, what it should not, so that the
 * tests can be seen to fail.  For virtual machines that are thrown away.
 *
 *	insmod bend.ko bend=skip_fin
 *
 * A kprobe that is registered last is called first.  One that says that it has
 * set the instruction pointer itself keeps all others from being called, and
 * decides where the kernel goes on.
 *
 * The first namespace is left alone: tests have their own.
 */

#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp.h>

/**
 * struct bend - one thing that the kernel can be made to do wrong
 * @name: what it is called
 * @symbol: the function in which it is done
 * @first: by its first argument, which is: a struct sock, or a struct socket
 * @pre: does it on entry
 * @ret: does it on return
 */
struct bend {
	const char		*name;
	const char		*symbol;
	enum { SOCK, SOCKET }	first;
	kprobe_pre_handler_t	pre;
	kretprobe_handler_t	ret;
};

static char *bend = "";
module_param(bend, charp, 0444);
MODULE_PARM_DESC(bend, "what to do wrong");

static const struct bend *chosen;
static struct kprobe probe;
static struct kretprobe return_probe;

static struct sock *first_sock(struct pt_regs *regs)
{
	void *first = (void *)regs_get_kernel_argument(regs, 0);

	return chosen->first == SOCKET ? ((struct socket *)first)->sk : first;
}

static bool is_tests(struct pt_regs *regs)
{
	struct sock *sk = first_sock(regs);

	return sk && !net_eq(sock_net(sk), &init_net);
}

static noinline notrace void just_return(void)
{
	/* The caller's caller finds its stack as it should be. */
	barrier();
}

/* The function is not there. */
static int skip(struct kprobe *kp, struct pt_regs *regs)
{
	if (!is_tests(regs))
		return 0;
	instruction_pointer_set(regs, (unsigned long)just_return);
	return 1;
}
NOKPROBE_SYMBOL(skip);

/* It is there, but who watches it does not get to know. */
static int hide(struct kprobe *kp, struct pt_regs *regs)
{
	if (!is_tests(regs))
		return 0;
	instruction_pointer_set(regs, (unsigned long)kp->addr + MCOUNT_INSN_SIZE);
	return 1;
}
NOKPROBE_SYMBOL(hide);

/* As if the program had asked for SO_LINGER 0: a RST, where a FIN belongs. */
static int linger(struct kprobe *kp, struct pt_regs *regs)
{
	struct sock *sk = first_sock(regs);

	if (is_tests(regs) && sk->sk_state != TCP_LISTEN) {
		sock_set_flag(sk, SOCK_LINGER);
		sk->sk_lingertime = 0;
	}
	return 0;
}
NOKPROBE_SYMBOL(linger);

/* The namespace's counters tell of a RST that nobody sent. */
static int count_rst(struct kprobe *kp, struct pt_regs *regs)
{
	if (is_tests(regs))
		TCP_INC_STATS(sock_net(first_sock(regs)), TCP_MIB_OUTRSTS);
	return 0;
}
NOKPROBE_SYMBOL(count_rst);

/* Both sides are shut down, whatever was asked. */
static int both_sides(struct kprobe *kp, struct pt_regs *regs)
{
	if (is_tests(regs))
		first_sock(regs)->sk_shutdown = SHUTDOWN_MASK;
	return 0;
}
NOKPROBE_SYMBOL(both_sides);

static int note_tests(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	return !is_tests(regs);
}
NOKPROBE_SYMBOL(note_tests);

/* It was done, but the program is told that it was not. */
static int not_connected(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	regs_set_return_value(regs, (unsigned long)-ENOTCONN);
	return 0;
}
NOKPROBE_SYMBOL(not_connected);

static const struct bend bends[] = {
	{ "skip_fin", "tcp_send_fin", SOCK, skip },
	{ "skip_rst", "tcp_send_active_reset", SOCK, skip },
	{ "skip_reply_rst", "tcp_v4_send_reset", SOCK, skip },
	{ "ignore_rst", "tcp_reset", SOCK, skip },
	{ "stray_rst", "tcp_close", SOCK, linger },
	{ "false_count", "tcp_send_fin", SOCK, count_rst },
	{ "shut_both", "tcp_shutdown", SOCK, both_sides },
	{ "false_error", "inet_shutdown", SOCKET, NULL, not_connected },
	{ "hide_close", "tcp_close", SOCK, hide },
	{ "hide_shutdown", "inet_shutdown", SOCKET, hide },
	{ "hide_fin", "tcp_send_fin", SOCK, hide },
	{ "hide_rst", "tcp_send_active_reset", SOCK, hide },
	{ "hide_disconnect", "tcp_disconnect", SOCK, hide },
};

static const struct bend *bend_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bends); i++)
		if (!strcmp(bends[i].name, name))
			return &bends[i];
	return NULL;
}

static int __init bend_init(void)
{
	chosen = bend_find(bend);
	if (!chosen) {
		pr_err("bend: cannot do \"%s\"\n", bend);
		return -EINVAL;
	}
	if (chosen->ret) {
		return_probe.kp.symbol_name = chosen->symbol;
		return_probe.entry_handler = note_tests;
		return_probe.handler = chosen->ret;
		return register_kretprobe(&return_probe);
	}
	probe.symbol_name = chosen->symbol;
	probe.pre_handler = chosen->pre;
	return register_kprobe(&probe);
}
module_init(bend_init);

static void __exit bend_exit(void)
{
	if (chosen->ret)
		unregister_kretprobe(&return_probe);
	else
		unregister_kprobe(&probe);
}
module_exit(bend_exit);

MODULE_DESCRIPTION("Does TCP wrong, for the tests of shutwatch");
MODULE_LICENSE("GPL");

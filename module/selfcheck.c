// SPDX-License-Identifier: GPL-2.0-only
/*
 * Do the hooks fire?
 *
 * A hook that is in place need not fire: kprobes can be switched off as a
 * whole, and a compiler may have inlined the function.  A watcher that sees
 * nothing then would say that nothing happens.  So, before anything is let
 * through, a socket of our own listens on loopback, takes a connection and is
 * ended, and every hook that this must have hit is asked whether it was.
 */

#include <linux/delay.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/string.h>
#include <net/inet_connection_sock.h>
#include <net/net_namespace.h>
#include <net/request_sock.h>
#include <net/sock.h>

#include "selfcheck.h"

/* How long loopback may take for each half of a handshake, or for a RST. */
#define PATIENCE_MS	2000

static int open_socket(struct socket **sock)
{
	return sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP,
				sock);
}

static int open_listener(struct socket **sock, struct sockaddr_in *addr)
{
	void *any = addr;	/* 7.x has a type of its own for it */
	int err;

	err = open_socket(sock);
	if (err)
		return err;
	memset(addr, 0, sizeof(*addr));
	addr->sin_family = AF_INET;
	addr->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	err = kernel_bind(*sock, any, sizeof(*addr));
	if (!err)
		err = kernel_listen(*sock, 1);
	if (!err)
		err = kernel_getsockname(*sock, any) < 0 ? -EINVAL : 0;
	if (err)
		sock_release(*sock);
	return err;
}

static bool reaches(const struct socket *sock, int state)
{
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms += 20) {
		if (READ_ONCE(sock->sk->sk_state) == state)
			return true;
		msleep(20);
	}
	return false;
}

/* Not blocking: a packet filter may swallow the handshake. */
static bool connect_to(struct socket *sock, struct sockaddr_in *addr)
{
	void *any = addr;

	kernel_connect(sock, any, sizeof(*addr), O_NONBLOCK);
	return reaches(sock, TCP_ESTABLISHED);
}

/*
 * Of what is stopped before its last ACK has come there would be no child, and so
 * no RST: lo may be slow, and ksoftirqd may be late.
 */
static bool has_child(const struct socket *listener)
{
	int ms;

	for (ms = 0; ms < PATIENCE_MS; ms += 20) {
		if (!reqsk_queue_empty(&inet_csk(listener->sk)->icsk_accept_queue))
			return true;
		msleep(20);
	}
	return false;
}

/*
 * The client sends a FIN; the listener stops with the connection not yet
 * accepted, which is reset; one more shutdown() goes to a closed socket.
 */
static int play(bool *connected)
{
	struct socket *listener, *client;
	struct sockaddr_in addr;
	int err;

	err = open_listener(&listener, &addr);
	if (err)
		return err;
	err = open_socket(&client);
	if (err)
		goto out_listener;
	*connected = connect_to(client, &addr) && has_child(listener);
	kernel_sock_shutdown(client, SHUT_WR);
	kernel_sock_shutdown(listener, SHUT_RD);
	kernel_sock_shutdown(listener, SHUT_RDWR);
	if (*connected)
		*connected = reaches(client, TCP_CLOSE);
	sock_release(client);
out_listener:
	sock_release(listener);
	return err;
}

static bool must_have_fired(const struct sw_hook *hook, bool connected)
{
	return hook->armed && (hook->proof == SW_PROOF_SOCKET ||
			       (hook->proof == SW_PROOF_CONNECTION && connected));
}

static int silent_hook(const struct sw_hook *hook)
{
	if (!hook->needed) {
		pr_warn("%s is hooked, but does not fire: %s\n", hook->name,
			hook->lost);
		return 0;
	}
	pr_err("%s is hooked, but did not fire when a socket was ended: without it, %s; not loading (is 0 in /sys/kernel/debug/kprobes/enabled?)\n",
	       hook->name, hook->lost);
	return -ENXIO;
}

/**
 * sw_selfcheck() - end a socket of our own and see whether the hooks fire
 * @hooks: the table, armed
 *
 * Context: process, sleeps up to three times PATIENCE_MS.
 * Return: 0, or an error if a needed hook is silent or no socket could be had.
 */
int sw_selfcheck(struct sw_hook *hooks)
{
	bool connected = false;
	unsigned int i;
	int err;

	err = play(&connected);
	if (err) {
		pr_err("self-check: no socket to try the hooks on (error %d); not loading\n",
		       err);
		return err;
	}
	if (!connected)
		pr_warn("self-check: no connection over 127.0.0.1, or its RST did not arrive (is lo down?): the hooks for FIN and RST are not proved\n");
	for (i = 0; i < SW_HOOK_COUNT; i++) {
		hooks[i].proved = sw_hook_hits(i);
		if (!must_have_fired(&hooks[i], connected) || hooks[i].proved)
			continue;
		err = silent_hook(&hooks[i]);
		if (err)
			return err;
	}
	return 0;
}

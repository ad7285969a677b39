// SPDX-License-Identifier: GPL-2.0-only
/*
 * RSTs in answer to a segment, and handshakes that the accept queue has no room
 * for.
 *
 * All of it runs with bottom halves disabled, so that nothing else of TCP's input
 * comes in between on the same CPU, and what was noted at an entry is still true
 * when the segment is let go of.
 */

#include <linux/hash.h>
#include <linux/kprobes.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/tcp.h>
#include <net/inet_timewait_sock.h>
#include <net/snmp.h>

#include "counters.h"
#include "emit.h"
#include "probes.h"
#include "sock.h"

/* ---- the segment that tcp_check_req() looks at ---- */

/**
 * struct handshake - the last segment of a handshake, on this CPU
 * @skb: the segment; NULL once it is known what became of it
 * @sk: the listener; whoever looks at the segment holds it
 * @overflows: ListenOverflows of this CPU before
 * @seq: the segment's sequence number
 * @ports: and its ports
 */
struct handshake {
	const struct sk_buff	*skb;
	const struct sock	*sk;
	unsigned long		overflows;
	__be32			seq;
	__be32			ports;
};

static DEFINE_PER_CPU(struct handshake, handshakes);

static unsigned long overflows(const struct sock *sk)
{
	const struct net *net = sock_net(sk);

	return this_cpu_read(net->mib.net_statistics->mibs[LINUX_MIB_LISTENOVERFLOWS]);
}

/* Source and destination port, as they stand in the header. */
static __be32 ports_of(const struct tcphdr *th)
{
	return *(const __be32 *)th;
}

/*
 * Memory of a segment is used again at once.  One that was consumed leaves its
 * mark behind: the same address is believed only with the same numbers in it,
 * and before them nothing else is looked at, the listener least of all.
 */
static bool is_segment_of(const struct handshake *hs, const struct sk_buff *skb)
{
	const struct tcphdr *th;

	if (hs->skb != skb || !skb_transport_header_was_set(skb) ||
	    skb_tail_pointer(skb) < skb_transport_header(skb) + sizeof(*th))
		return false;
	th = tcp_hdr(skb);
	return th->seq == hs->seq && ports_of(th) == hs->ports;
}

/**
 * sw_handshake_done() - the request has become a connection
 *
 * Context: any, preemption disabled.
 */
void sw_handshake_done(void)
{
	this_cpu_write(handshakes.skb, NULL);
}

/* ---- handshakes that the accept queue had no room for ---- */

/*
 * The client believes to be connected.  When its request is given up, what it
 * sends is answered with a RST, for a reason that is some seconds old by then:
 * the last ones are remembered.
 */
#define TURNED_AWAY_BITS	10
#define TURNED_AWAY_SPAN	BIT(24)	/* bytes that it may have sent since */

/**
 * struct turned_away - a client whose handshake was thrown away
 * @id: which connection; its netns is 0 where there is none
 * @seq: sequence number of the segment
 */
struct turned_away {
	struct sw_ident	id;
	u32		seq;
};

/* The lock protects the array; it is held for a copy or a comparison. */
static DEFINE_RAW_SPINLOCK(turned_away_lock);
static struct turned_away turned_away[1 << TURNED_AWAY_BITS];

static struct turned_away *place_of(const struct sw_ident *id)
{
	u32 words[4];

	memcpy(words, id->raddr, sizeof(words));
	return &turned_away[hash_32(words[0] ^ words[1] ^ words[2] ^ words[3] ^
				    id->rport << 16 ^ id->lport,
				    TURNED_AWAY_BITS)];
}

static void remember_turned_away(const struct sw_ident *id, u32 seq)
{
	struct turned_away *t = place_of(id);
	unsigned long irqflags;

	raw_spin_lock_irqsave(&turned_away_lock, irqflags);
	t->id = *id;
	t->seq = seq;
	raw_spin_unlock_irqrestore(&turned_away_lock, irqflags);
}

/* Told once: the next connection of the same ports is another one. */
static bool was_turned_away(const struct sk_buff *skb, const struct net *net)
{
	struct shutwatch_segment segment;
	struct sw_ident id;
	struct turned_away *t;
	unsigned long irqflags;
	bool found;

	sw_skb_ident(skb, net, &id);
	sw_skb_segment(skb, &segment);
	t = place_of(&id);
	raw_spin_lock_irqsave(&turned_away_lock, irqflags);
	found = !memcmp(&t->id, &id, sizeof(id)) &&
		segment.seq - t->seq < TURNED_AWAY_SPAN;
	if (found)
		t->id.netns = 0;
	raw_spin_unlock_irqrestore(&turned_away_lock, irqflags);
	return found;
}

/* It is here again: it may be served now, and if not, that will be seen. */
static noinline void forget_turned_away(const struct sk_buff *skb, const struct net *net)
{
	struct sw_ident id;
	struct turned_away *t;
	unsigned long irqflags;

	sw_skb_ident(skb, net, &id);
	t = place_of(&id);
	raw_spin_lock_irqsave(&turned_away_lock, irqflags);
	if (!memcmp(&t->id, &id, sizeof(id)))
		t->id.netns = 0;
	raw_spin_unlock_irqrestore(&turned_away_lock, irqflags);
}

/**
 * sw_check_req() - tcp_check_req(sk, skb, req, ...)
 * @arg0: struct sock, the listener
 * @arg1: struct sk_buff
 * @arg2: struct request_sock
 * @caller: unused
 *
 * A segment has come for a request.
 *
 * Context: ftrace; softirq, or bottom halves disabled.
 */
void sw_check_req(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		  unsigned long caller)
{
	const struct sk_buff *skb = (const struct sk_buff *)arg1;
	struct request_sock *req = (struct request_sock *)arg2;
	const struct tcphdr *th = tcp_hdr(skb);
	struct handshake *hs = this_cpu_ptr(&handshakes);

	sw_hit(SW_HOOK_CHECK_REQ);
	/*
	 * A Fast Open child is in the queue, and may keep the segment; a RST
	 * finds no queue full, and is not answered.
	 */
	hs->skb = NULL;
	if (unlikely(tcp_rsk(req)->tfo_listener || th->rst))
		return;
	hs->skb = skb;
	hs->seq = th->seq;
	hs->ports = ports_of(th);
	hs->sk = (const struct sock *)arg0;
	hs->overflows = overflows(hs->sk);
	if (unlikely(inet_rsk(req)->acked))
		forget_turned_away(skb, sock_net(hs->sk));
}
NOKPROBE_SYMBOL(sw_check_req);

/* No request: only MPTCP turns a SYN away, one that would join a connection. */
static u8 why_stranger(const struct sk_buff *skb, const struct sock *sk)
{
	const struct tcphdr *th = tcp_hdr(skb);

	if (th->syn && !th->ack)
		return sk_is_mptcp(sk) ? SHUTWATCH_WHY_MPTCP :
					 SHUTWATCH_WHY_BAD_HANDSHAKE;
	return was_turned_away(skb, sock_net(sk)) ?
	       SHUTWATCH_WHY_ACCEPT_QUEUE_FULL : SHUTWATCH_WHY_NO_CONNECTION;
}

/* Why a listener rejects a segment. */
static u8 why_listener(const struct sk_buff *skb, const struct sock *sk)
{
	struct handshake *hs = this_cpu_ptr(&handshakes);

	if (!is_segment_of(hs, skb))
		return why_stranger(skb, sk);
	hs->skb = NULL;
	return overflows(hs->sk) != hs->overflows ?
	       SHUTWATCH_WHY_ACCEPT_QUEUE_FULL : SHUTWATCH_WHY_BAD_HANDSHAKE;
}

/*
 * Of a listener that has stopped since it was looked up.  A last ACK that fits
 * makes no connection, as there is no port any more that it could have.
 */
static u8 why_late_listener(const struct sk_buff *skb, const struct sock *sk)
{
	u8 why = why_listener(skb, sk);

	if (why == SHUTWATCH_WHY_BAD_HANDSHAKE && !tcp_hdr(skb)->syn)
		return SHUTWATCH_WHY_LISTENER_STOPPED;
	return why;
}

/* ---- what is told ---- */

/* tcp_reset() ran: shut down.  It did not: tcp_done(), on a closed socket. */
static u8 why_rejected(const struct sw_entry *e, const struct sock *sk)
{
	bool orphan = sock_flag(sk, SOCK_DEAD);

	if (e->flags & SW_ENTRY_REJECTED)
		return orphan || e->flags & SW_ENTRY_CLOSING ?
			SHUTWATCH_WHY_DATA_AFTER_CLOSE :
			SHUTWATCH_WHY_DATA_AFTER_SHUTDOWN;
	if (!orphan)
		return SHUTWATCH_WHY_UNKNOWN;
	return tcp_sk(sk)->linger2 < 0 ? SHUTWATCH_WHY_LINGER2_NEGATIVE :
					 SHUTWATCH_WHY_DATA_AFTER_CLOSE;
}

/*
 * A listener answers without a lock: another CPU may have stopped it since it
 * was looked up.
 */
static bool is_late_listener(const struct sw_entry *e)
{
	return e->before == TCP_LISTEN && !e->info.id.rport;
}

/* No connection: a listener, or one that was until now.  Anything else is none. */
static bool judge_listener(struct sw_decision *d, const struct sw_entry *e,
			   const struct sock *sk, const struct sk_buff *skb)
{
	bool listens = sk->sk_state == TCP_LISTEN;

	if (!listens && !(e && is_late_listener(e)))
		return false;
	d->before = TCP_LISTEN;
	d->after = TCP_LISTEN;
	d->why = listens ? why_listener(skb, sk) : why_late_listener(skb, sk);
	return true;
}

static void judge_reply(struct sw_decision *d, const struct sw_entry *e,
			const struct sock *sk)
{
	d->before = sk->sk_state;
	d->after = sk->sk_state;
	switch (sk->sk_state) {
	case TCP_SYN_SENT:
	case TCP_SYN_RECV:
	case TCP_NEW_SYN_RECV:
		d->why = SHUTWATCH_WHY_BAD_HANDSHAKE;
		break;
	case TCP_FIN_WAIT1:
		if (sw_sock_is_opening(sk))
			d->why = SHUTWATCH_WHY_BAD_HANDSHAKE;
		break;
	case TCP_CLOSE:
		d->before = e->before;
		d->after = e->info.state;
		d->why = why_rejected(e, sk);
		break;
	}
}

/*
 * A listener answers for many: the segment says to whom, and it is that connection
 * which the filter is asked about.  Of the listener, which may not pass, its
 * entry may be missing.
 */
static bool listener_is_wanted(const struct sock *sk, const struct sk_buff *skb,
			       const struct sw_entry *e)
{
	u32 generation;
	enum sw_verdict verdict = sw_skb_judge(skb, sock_net(sk), &generation);

	if (verdict == SW_ACCEPT ||
	    (e && sw_probe_is_known(e, verdict, generation)))
		return true;
	sw_count(SW_COUNT_FILTERED);
	return false;
}

static void tell_for_listener(const struct sock *sk, const struct sk_buff *skb,
			      const struct sw_entry *e, struct sw_decision *d)
{
	struct sw_ident id;

	d->cookie = sw_sock_cookie(sk);
	d->owner = e ? &e->info.owner : NULL;
	d->ipv6 = sw_skb_ident(skb, sock_net(sk), &id);
	d->id = &id;
	sw_emit_decision(d);
}

/* Returns whether it is one. */
static bool reply_of_listener(const struct sock *sk, const struct sk_buff *skb,
			      struct sw_decision *d)
{
	struct sw_values v;
	struct sw_held held;
	struct sw_entry *e = sw_probe_find(sk, &held);
	bool listener = judge_listener(d, e, sk, skb);

	if (listener && listener_is_wanted(sk, skb, e)) {
		sw_sock_values(sk, &v);
		d->v = &v;
		tell_for_listener(sk, skb, e, d);
	}
	if (e)
		sw_entry_put(&held);
	return listener;
}

static void reply_of_connection(const struct sock *sk, struct sw_decision *d)
{
	struct sw_values v;
	struct sw_held held;
	struct sw_entry *e;

	e = sw_probe_get(sk, sk->sk_state, false, &held);
	if (!e)
		return;
	judge_reply(d, e, sk);
	if (e->flags & SW_ENTRY_REJECTED) {
		d->v = &e->rst.v;
	} else if (likely(sk_fullsock(sk))) {
		sw_sock_values(sk, &v);
		d->v = &v;
	}
	e->flags &= ~SW_ENTRY_REJECTED;
	sw_probe_decision(e, d);
	sw_entry_put(&held);
}

static void reply_of_socket(const struct sock *sk, const struct sk_buff *skb,
			    struct sw_decision *d)
{
	if (sk->sk_dport || !reply_of_listener(sk, skb, d))
		reply_of_connection(sk, d);
}

static void reply_of_nobody(const struct sk_buff *skb, struct sw_decision *d)
{
	struct sw_ident id;
	u32 generation;

	if (sw_skb_judge(skb, sw_skb_net(skb), &generation) != SW_ACCEPT) {
		sw_count(SW_COUNT_FILTERED);
		return;
	}
	d->why = SHUTWATCH_WHY_NO_SOCKET;
	d->ipv6 = sw_skb_ident(skb, sw_skb_net(skb), &id);
	d->id = &id;
	sw_emit_decision(d);
}

/* The mini-socket goes right after: the record waits for that. */
static void wait_for_end(struct sw_entry *e, const struct sw_decision *d)
{
	e->rst = (struct sw_rst){
		.by = d->by,
		.why = d->why,
		.trigger = d->trigger,
		.kreason = d->kreason,
		.kreason_known = d->kreason_known,
		.no_values = true,
	};
	e->flags |= SW_ENTRY_RST | SW_ENTRY_RST_SENT;
}

/*
 * Another CPU has ended it meanwhile, and stopped its timer before that: whose it
 * was is still known, as a rule.  Or it was never followed, and goes right after.
 */
static void reply_of_late_mini(const struct sock *sk, const struct sk_buff *skb,
			       struct sw_decision *d)
{
	struct sw_held held;
	struct sw_entry *e;
	struct sw_ident id;

	if (!sw_probe_wanted(sk))
		return;
	e = sw_probe_find_late_mini(inet_twsk(sk), &held);
	if (timer_pending(&inet_twsk(sk)->tw_timer))
		d->after = TCP_CLOSE;
	if (e) {
		sw_probe_decision(e, d);
		sw_entry_put(&held);
		return;
	}
	d->cookie = sw_sock_cookie(sk);
	d->ipv6 = sw_skb_ident(skb, sock_net(sk), &id);
	d->id = &id;
	sw_emit_decision(d);
}

/*
 * Two CPUs may have a segment each for it, and answer both: one of the RSTs ends
 * it, the other one is told for itself.
 */
static void reply_of_mini(const struct sock *sk, const struct sk_buff *skb,
			  struct sw_decision *d)
{
	struct sw_held held;
	struct sw_entry *e;
	bool wanted;

	d->why = SHUTWATCH_WHY_TIME_WAIT_SEGMENT;
	d->before = inet_twsk(sk)->tw_substate;
	d->after = d->before;
	e = sw_probe_find_mini(inet_twsk(sk), &held, &wanted);
	if (!e) {
		reply_of_late_mini(sk, skb, d);
		return;
	}
	if (wanted && e->flags & SW_ENTRY_RST)
		sw_probe_decision(e, d);
	else if (wanted)
		wait_for_end(e, d);
	sw_entry_put(&held);
}

static void reply_rst_sent(const struct sock *sk, const struct sk_buff *skb,
			   u8 kreason, bool known)
{
	struct sw_decision d = {
		.by = SHUTWATCH_BY_RX,
		.sent = SHUTWATCH_SENT_RST,
		.kreason = kreason,
		.kreason_known = known,
	};

	sw_skb_segment(skb, &d.trigger.segment);
	if (!sk)
		reply_of_nobody(skb, &d);
	else if (sk->sk_state == TCP_TIME_WAIT)
		reply_of_mini(sk, skb, &d);
	else
		reply_of_socket(sk, skb, &d);
}

static void rst_sent(const struct sock *sk, const struct sk_buff *skb,
		     u8 kreason, bool known)
{
	preempt_disable_notrace();	/* 7.x calls us preemptible */
	sw_hit(SW_HOOK_TP_SEND_RESET);
	if (skb) {
		reply_rst_sent(sk, skb, kreason, known);
		/* also where the filter turned it away */
		if (this_cpu_read(handshakes.skb) == skb)
			sw_handshake_done();
	} else {
		sw_active_rst_sent(sk, kreason, known);
	}
	preempt_enable_notrace();
}

/**
 * sw_tp_send_reset() - tracepoint tcp_send_reset
 * @data: unused
 * @sk: full socket, mini-socket, listener or NULL
 * @skb: the segment that is answered; NULL for a RST of our own accord
 * @reason: the kernel's reason, where it has one
 *
 * Context: any.
 */
#if SW_HAVE_RST_REASON
void sw_tp_send_reset(void *data, const struct sock *sk,
		      const struct sk_buff *skb, const enum sk_rst_reason reason)
{
	rst_sent(sk, skb, reason, true);
}
#else
void sw_tp_send_reset(void *data, const struct sock *sk,
		      const struct sk_buff *skb)
{
	rst_sent(sk, skb, 0, false);
}
#endif

/* ---- before 6.10: mini-sockets and no socket ---- */

/*
 * There the tracepoint is silent for them.  tcp_v[46]_send_reset() may still
 * send nothing (the segment is a RST, a key does not fit): the kernel's own count
 * of RSTs on this CPU says whether it did, by the time the mini-socket or the
 * segment is let go of.
 */

/**
 * struct reply - a RST that tcp_v[46]_send_reset() is about to send, on this CPU
 * @skb: the segment; NULL if there is none
 * @sk: mini-socket or NULL
 * @sent: RSTs sent so far by this namespace on this CPU
 */
struct reply {
	const struct sk_buff	*skb;
	const struct sock	*sk;
	unsigned long		sent;
};

static DEFINE_PER_CPU(struct reply, replies);

static unsigned long rsts_sent(const struct sock *sk, const struct sk_buff *skb)
{
	struct net *net = sk ? sock_net(sk) : sw_skb_net(skb);

	return this_cpu_read(net->mib.tcp_statistics->mibs[TCP_MIB_OUTRSTS]);
}

static void reply_begins(const struct sock *sk, const struct sk_buff *skb)
{
	struct reply *reply = this_cpu_ptr(&replies);

	if (sk && sk_fullsock(sk))
		return;		/* the tracepoint tells */
	reply->skb = skb;
	reply->sk = sk;
	reply->sent = rsts_sent(sk, skb);
}

/**
 * sw_reply_rst4() - tcp_v4_send_reset(sk, skb)
 * @arg0: struct sock, full or mini, or NULL
 * @arg1: struct sk_buff
 * @arg2: unused
 * @caller: unused
 *
 * Context: ftrace; bottom halves disabled.
 */
void sw_reply_rst4(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		   unsigned long caller)
{
	sw_hit(SW_HOOK_REPLY_RST4);
	reply_begins((const struct sock *)arg0, (const struct sk_buff *)arg1);
}
NOKPROBE_SYMBOL(sw_reply_rst4);

/**
 * sw_reply_rst6() - tcp_v6_send_reset(sk, skb)
 * @arg0: struct sock, full or mini, or NULL
 * @arg1: struct sk_buff
 * @arg2: unused
 * @caller: unused
 *
 * Context: ftrace; bottom halves disabled.
 */
void sw_reply_rst6(unsigned long arg0, unsigned long arg1, unsigned long arg2,
		   unsigned long caller)
{
	sw_hit(SW_HOOK_REPLY_RST6);
	reply_begins((const struct sock *)arg0, (const struct sk_buff *)arg1);
}
NOKPROBE_SYMBOL(sw_reply_rst6);

/**
 * sw_reply_of_mini() - a mini-socket is about to go: has it sent a RST?
 * @tw: the mini-socket
 *
 * Context: any, preemption disabled.
 */
void sw_reply_of_mini(const struct inet_timewait_sock *tw)
{
	struct reply *reply = this_cpu_ptr(&replies);
	const struct sk_buff *skb = reply->skb;

	if (!skb || reply->sk != (const struct sock *)tw)
		return;
	reply->skb = NULL;
	if (rsts_sent(reply->sk, skb) != reply->sent)
		reply_rst_sent(reply->sk, skb, 0, false);
}

/* ---- a segment is let go of ---- */

/* Its mini-socket, if it had one, was asked before it went. */
static void settle_reply(const struct sk_buff *skb)
{
	struct reply *reply = this_cpu_ptr(&replies);

	if (reply->skb != skb)
		return;
	reply->skb = NULL;
	if (!reply->sk && rsts_sent(NULL, skb) != reply->sent)
		reply_rst_sent(NULL, skb, 0, false);
}

/* The last segment of a handshake was thrown away; the client does not know. */
static void settle_handshake(const struct sk_buff *skb)
{
	struct handshake *hs = this_cpu_ptr(&handshakes);
	struct sw_decision d = {
		.by = SHUTWATCH_BY_RX,
		.before = TCP_LISTEN,
		.after = TCP_LISTEN,
		.why = SHUTWATCH_WHY_ACCEPT_QUEUE_FULL,
	};
	struct sw_ident id;
	struct sw_held held;
	struct sw_entry *e;

	if (!is_segment_of(hs, skb))
		return;
	hs->skb = NULL;
	if (overflows(hs->sk) == hs->overflows)
		return;
	sw_skb_ident(skb, sock_net(hs->sk), &id);
	remember_turned_away(&id, ntohl(tcp_hdr(skb)->seq));
	e = sw_probe_find(hs->sk, &held);
	if (listener_is_wanted(hs->sk, skb, e)) {
		sw_skb_segment(skb, &d.trigger.segment);
		tell_for_listener(hs->sk, skb, e, &d);
	}
	if (e)
		sw_entry_put(&held);
}

/**
 * sw_segment_freed() - the kernel lets go of a packet that was not consumed
 * @skb: the packet
 *
 * Context: any.
 */
void sw_segment_freed(const struct sk_buff *skb)
{
	preempt_disable_notrace();	/* 7.x calls us preemptible */
	sw_hit(SW_HOOK_TP_KFREE_SKB);
	if (unlikely(this_cpu_read(replies.skb) == skb))
		settle_reply(skb);
	if (unlikely(this_cpu_read(handshakes.skb) == skb))
		settle_handshake(skb);
	/* Without a destructor, other things may stand in the owner's place. */
	if (unlikely(skb->destructor && skb->sk))
		sw_active_rst_freed(skb, skb->sk);
	preempt_enable_notrace();
}

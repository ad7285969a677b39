// SPDX-License-Identifier: GPL-2.0-only
/*
 * ICMP errors: one that ends a connect() is what came from the net, and no
 * decision of ours (C14); one that does not is only remembered, for when the
 * timers give up (T4).
 */
#include "trial_fixture.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>

#include <names.h>

#include "act_option.h"
#include "actor.h"
#include "find_record.h"
#include "icmp.h"
#include "reach.h"
#include "record_fields.h"

TRIALS(icmp);

/**
 * struct error - an ICMP error, and what a program is told
 * @type: of ICMP
 * @code: of ICMP
 * @err: the errno; 0: this family has no such error
 */
struct error {
	__u8 type;
	__u8 code;
	int err;
};

static const struct error *of_family(struct play *play, const struct error *v4,
				     const struct error *v6)
{
	return play->family == FAMILY_IPV6 ? v6 : v4;
}

/* In the file sockets, where there is no decision to name. */
static void expect_ended_by_peer(struct play *play, enum who who)
{
	struct record line;

	if (!play->with_records)
		return;
	if (!find_socket(&line, play->actor[who].cookie) ||
	    !record_is(&line, SHUTWATCH_KEY_CALL, by_names.name[SHUTWATCH_BY_RX]))
		remark(&play->wrong, "%s: sockets does not say what ended it",
		       actor_name(who));
}

static void ends(struct play *play, int state, const struct error *error)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, play);
	reach(&reached, &peer, S, state, NULL);
	icmp_error(&peer, error->type, error->code);
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	expect_ended_by_peer(play, S);
	act_recv_fails(play, S, error->err);
	expect_path(play, S, "%s rx CLOSE %s", reached.story,
		    strerrorname_np(error->err));
}

/* name, then of IPv4 and of IPv6: type, code, errno */
#define ERROR_LIST(X)							\
	X(net_unreachable,						\
	  ICMP_DEST_UNREACH, ICMP_NET_UNREACH, ENETUNREACH,		\
	  ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE, ENETUNREACH)	\
	X(host_unreachable,						\
	  ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, EHOSTUNREACH,		\
	  ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR, EHOSTUNREACH)	\
	X(port_unreachable,						\
	  ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, ECONNREFUSED,		\
	  ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT, ECONNREFUSED)	\
	X(prohibited,							\
	  ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, EHOSTUNREACH,		\
	  ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN, EACCES)		\
	X(protocol_unknown,						\
	  ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, ENOPROTOOPT,		\
	  ICMP6_PARAM_PROB, ICMP6_PARAMPROB_NEXTHEADER, EPROTO)		\
	X(bad_header,							\
	  ICMP_PARAMETERPROB, 0, EPROTO,				\
	  ICMP6_PARAM_PROB, ICMP6_PARAMPROB_HEADER, EPROTO)		\
	X(time_exceeded,						\
	  ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, EHOSTUNREACH,		\
	  ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_TRANSIT, EHOSTUNREACH)

#define TEST_ERROR(name, type4, code4, err4, type6, code6, err6)	\
TEST_F(icmp, name##_in_SYN_SENT)					\
{									\
	static const struct error v4 = { type4, code4, err4 };		\
	static const struct error v6 = { type6, code6, err6 };		\
									\
	ends(self->play, REACH_SYN_SENT, of_family(self->play, &v4, &v6));	\
}

ERROR_LIST(TEST_ERROR)

/* Both have called: the SYN,ACK could not be delivered. */
TEST_F(icmp, port_unreachable_in_SYN_RECV)
{
	static const struct error v4 = {
		ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, ECONNREFUSED
	};
	static const struct error v6 = {
		ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT, ECONNREFUSED
	};

	ends(self->play, REACH_SYN_RECV, of_family(self->play, &v4, &v6));
}

/* The process that made the segment is not the one that it is about. */
TEST_F(icmp, not_of_another_segment)
{
	struct reached reached;
	struct peer peer;

	peer_open(&peer, self->play);
	reach(&reached, &peer, S, REACH_SYN_SENT, NULL);
	peer.heard += 1000;
	icmp_host_unreachable(&peer);
	peer.heard -= 1000;
	peer.acked = peer.heard;
	peer_sends(&peer, PACKET_SYN | PACKET_ACK, NULL);
	await_state(self->play, S, SHUTWATCH_TCP_ESTABLISHED);
	expect_path(self->play, S, "%s rx ESTABLISHED", reached.story);
}

/* Remembered: it is the timer that ends it, and the program hears of the error. */
TEST_F(icmp, remembered_until_a_timer_gives_up)
{
	struct play *play = self->play;
	struct reached reached;
	struct peer peer;

	act_sysctl(play, "ipv4/tcp_retries2", "1");
	peer_open(&peer, play);
	reach(&reached, &peer, S, REACH_ESTABLISHED, NULL);
	act_send(play, S, "hello");
	peer_hears(&peer, PACKET_PSH);
	peer.heard -= 4;	/* of its first byte */
	icmp_host_unreachable(&peer);
	peer.heard += 4;
	expect(play, S, DECISION("timer")
	       "ctx=timer state=ESTABLISHED>CLOSE sent=none why=retries_exhausted unacked=5");
	await_state(play, S, SHUTWATCH_TCP_CLOSE);
	act_recv_fails(play, S, EHOSTUNREACH);
	expect_path(play, S, "%s timer CLOSE EHOSTUNREACH", reached.story);
}

TRIALS_MAIN;

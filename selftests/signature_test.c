// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections whose segments are signed, by TCP_MD5SIG (RFC 2385) or by TCP-AO (RFC
 * 5925): they end as others do.  What has no signature, or a wrong one, does not end
 * them (C18); and who has no key to sign an answer with sends none (D15).
 */
#include "trial_fixture.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "act_option.h"
#include "reach.h"

#define KEY		"shut and watched"

/* What the headers of Debian 12 do not have. */
#ifndef TCP_AO_ADD_KEY
#define TCP_AO_ADD_KEY	38

struct tcp_ao_add {
	struct __kernel_sockaddr_storage addr;
	char alg_name[64];
	__s32 ifindex;
	__u32 flags;
	__u16 reserved2;
	__u8 prefix;
	__u8 sndid;
	__u8 rcvid;
	__u8 maclen;
	__u8 keyflags;
	__u8 keylen;
	__u8 key[80];
};
#endif

TRIALS(signature);

/* Gives a socket the key for what comes from and goes to an address. */
typedef void sign_fn(struct play *play, enum who who, const char *address);

static void set_key(struct play *play, enum who who, int name, const void *key,
		    socklen_t len, const char *option)
{
	if (!setsockopt(play->actor[who].fd, IPPROTO_TCP, name, key, len))
		return;
	/* ENOENT: the hash is not there. */
	if (errno == ENOPROTOOPT || errno == ENOENT)
		play->lacks = option;
	else
		remark(&play->trouble, "no key: %s", strerror(errno));
}

/* What is on the wire as IPv4 is mapped where the socket is one of IPv6. */
static socklen_t address_for(const struct play *play, struct sockaddr_storage *addr,
			     const char *text)
{
	const char *port = strrchr(text, ':');
	char mapped[ADDRESS_LEN + 16];

	if (play->family != FAMILY_MAPPED || *text == '[')
		return address_parse(addr, text);
	snprintf(mapped, sizeof(mapped), "[::ffff:%.*s]%s", (int)(port - text), text, port);
	return address_parse(addr, mapped);
}

static void sign_md5(struct play *play, enum who who, const char *address)
{
	struct tcp_md5sig key = { .tcpm_keylen = strlen(KEY) };
	struct sockaddr_storage peer;
	socklen_t len = address_for(play, &peer, address);

	memcpy(&key.tcpm_addr, &peer, len);
	memcpy(key.tcpm_key, KEY, strlen(KEY));
	set_key(play, who, TCP_MD5SIG, &key, sizeof(key), "CONFIG_TCP_MD5SIG");
}

static void sign_ao(struct play *play, enum who who, const char *address)
{
	struct tcp_ao_add key = {
		.alg_name = "hmac(sha1)",
		.prefix = play->family == FAMILY_IPV6 ? 128 : 32,
		.sndid = 100,
		.rcvid = 100,
		.keylen = strlen(KEY),
	};
	struct sockaddr_storage peer;
	socklen_t len = address_for(play, &peer, address);

	((struct sockaddr_in6 *)&peer)->sin6_port = 0;	/* or sin_port */
	memcpy(&key.addr, &peer, len);
	memcpy(key.key, KEY, strlen(KEY));
	set_key(play, who, TCP_AO_ADD_KEY, &key, sizeof(key), "CONFIG_TCP_AO, or its hash");
}

static const char * const client_address[] = {
	[FAMILY_IPV4] = "127.0.0.1:0",
	[FAMILY_IPV6] = "[::1]:0",
	[FAMILY_MAPPED] = "[::ffff:127.0.0.1]:0",
};

/* Where act_listen() is; a key for an address is one for each of its ports. */
static const char * const server_address[] = {
	[FAMILY_IPV4] = "127.0.0.20:0",
	[FAMILY_IPV6] = "[::1]:0",
	[FAMILY_MAPPED] = "[::ffff:127.0.0.20]:0",
};

/* S1 and S2 are connected; false if this kernel cannot sign so. */
static bool pair(struct play *play, sign_fn *sign)
{
	act_socket(play, S1, 0);
	sign(play, S1, server_address[play->family]);
	if (play->lacks)
		return false;
	act_listen(play, SERVER);
	sign(play, SERVER, client_address[play->family]);
	act_connect(play, S1, NULL, FINE);
	act_accept(play, S2, SERVER);
	expect_path(play, SERVER, "CLOSE listen LISTEN");
	return true;
}

#define CONNECTED	"CLOSE connect SYN_SENT rx ESTABLISHED"
#define SERVED		"SYN_RECV rx ESTABLISHED"

/* ---- what is signed ---- */

static void end_in_order(struct play *play, sign_fn *sign)
{
	if (!pair(play, sign))
		return;
	act_close(play, S1);
	expect_whole(play, S1, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1|ESTABLISHED>FIN_WAIT2 sent=FIN why=close fin=sent");
	await_state(play, S2, SHUTWATCH_TCP_CLOSE_WAIT);
	act_close(play, S2);
	expect_whole(play, S2, CLOSE
		     "state=CLOSE_WAIT>LAST_ACK|CLOSE_WAIT>CLOSE sent=FIN why=close fin=sent");
	await_time_wait(play, S1, true);
	expect_path(play, S1, CONNECTED " close FIN_WAIT1 rx FIN_WAIT2 rx TIME_WAIT");
	expect_path(play, S2, SERVED " rx CLOSE_WAIT close LAST_ACK rx CLOSE");
}

TEST_F(signature, MD5_in_order)
{
	end_in_order(self->play, sign_md5);
}

TEST_F(signature, AO_in_order)
{
	end_in_order(self->play, sign_ao);
}

static void end_with_unread_data(struct play *play, sign_fn *sign)
{
	if (!pair(play, sign))
		return;
	act_send(play, S2, "hello");
	await_unread(play, S1, 5);
	act_close(play, S1);
	expect_whole(play, S1, CLOSE "state=ESTABLISHED>CLOSE sent=RST why=unread_data unread=5");
	await_state(play, S2, SHUTWATCH_TCP_CLOSE);
	expect_whole(play, S2, RESET "state=ESTABLISHED>CLOSE error=ECONNRESET");
	trial_recv_fails(play, S2, ECONNRESET);
	expect_path(play, S1, CONNECTED " close CLOSE");
	expect_path(play, S2, SERVED " rx CLOSE");
}

TEST_F(signature, MD5_with_unread_data)
{
	end_with_unread_data(self->play, sign_md5);
}

TEST_F(signature, AO_with_unread_data)
{
	end_with_unread_data(self->play, sign_ao);
}

/* ---- C18: what is not, and should be ---- */

/* From here on, a peer that cannot sign is not heard. */
static bool go_deaf(struct play *play, struct peer *peer, struct reached *reached)
{
	peer_open(peer, play);
	reach(reached, peer, S, SHUTWATCH_TCP_ESTABLISHED, NULL);
	sign_md5(play, S, play->actor[S].remote);
	return !play->lacks;
}

TEST_F(signature, C18_RST)
{
	struct reached reached;
	struct peer peer;

	if (!go_deaf(self->play, &peer, &reached))
		return;
	peer_sends(&peer, PACKET_RST, NULL);
	peer_sends(&peer, PACKET_FIN | PACKET_ACK, NULL);
	act_close(self->play, S);
	peer_hears(&peer, PACKET_FIN);
	expect_whole(self->play, S, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=sent");
	expect_path(self->play, S, "%s close FIN_WAIT1", reached.story);
}

/* Otherwise a RST would come back, see C1. */
TEST_F(signature, C18_data_when_closed)
{
	struct reached reached;
	struct peer peer;

	if (!go_deaf(self->play, &peer, &reached))
		return;
	act_close(self->play, S);
	peer_hears(&peer, PACKET_FIN);
	peer_sends(&peer, PACKET_ACK | PACKET_PSH, "x");
	expect_whole(self->play, S, CLOSE
		     "state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=sent");
	expect_path(self->play, S, "%s close FIN_WAIT1", reached.story);
}

/* ---- D15: who has no key does not answer ---- */

static const char * const nobody[] = {
	[FAMILY_IPV4] = "127.0.0.20:8001",
	[FAMILY_IPV6] = "[::1]:8001",
	[FAMILY_MAPPED] = "[::ffff:127.0.0.20]:8001",
};

/* Otherwise a RST would come back, see D6, and connect() would be over. */
static void call_nobody(struct play *play, sign_fn *sign)
{
	act_socket(play, S1, SOCK_NONBLOCK);
	sign(play, S1, nobody[play->family]);
	if (play->lacks)
		return;
	/* However late close() comes. */
	act_option(play, S1, IPPROTO_TCP, TCP_SYNCNT, 6);
	act_connect(play, S1, nobody[play->family], EINPROGRESS);
	act_close(play, S1);
	expect_whole(play, S1, CLOSE "state=SYN_SENT>CLOSE sent=none why=syn_sent");
	expect_path(play, S1, "CLOSE connect SYN_SENT close CLOSE");
}

TEST_F(signature, D15_MD5_for_nobody)
{
	call_nobody(self->play, sign_md5);
}

TEST_F(signature, D15_AO_for_nobody)
{
	call_nobody(self->play, sign_ao);
}

TRIALS_MAIN;

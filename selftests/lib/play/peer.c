// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <netinet/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "act.h"
#include "clock.h"
#include "netns.h"
#include "peer.h"
#include "step.h"

#define LOOPBACK_INDEX	1

#define HEAR_SECONDS	20

/* More than act_socket() allows: a SYN, or a request, waits for the peer, however late. */
#define SYN_RETRIES	6

/* Where its sequence numbers begin: far from where anybody else's do. */
#define FIRST		1000000

/**
 * struct frame - a packet that is being made
 * @ip4: header of an IPv4 packet
 * @ip6: of an IPv6 packet
 * @tcp: its TCP header, without options
 * @data: what it carries
 */
struct frame {
	union {
		struct iphdr ip4;
		struct ip6_hdr ip6;
	};
	struct tcphdr tcp;
	char data[64];
};

static const char * const peer_address[] = {
	[FAMILY_IPV4] = NETNS_BLACKHOLE,
	[FAMILY_IPV6] = "[" NETNS_BLACKHOLE6 "]",
	[FAMILY_MAPPED] = "[::ffff:" NETNS_BLACKHOLE "]",
};

static void remote_address(char text[ADDRESS_LEN], enum family family)
{
	snprintf(text, ADDRESS_LEN, "%s:%d", peer_address[family], NETNS_BLACKHOLE_PORT);
}

/**
 * peer_open - there is a peer
 * @peer: it
 * @play: the play
 */
void peer_open(struct peer *peer, struct play *play)
{
	struct sockaddr_ll lo = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = LOOPBACK_INDEX,
	};
	char address[ADDRESS_LEN];

	memset(peer, 0, sizeof(*peer));
	peer->play = play;
	peer->next = FIRST;
	peer->window = PEER_WINDOW;
	remote_address(address, play->family);
	address_on_wire(peer->address, address);
	peer->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			  htons(ETH_P_ALL));
	if (peer->fd < 0 || bind(peer->fd, (struct sockaddr *)&lo, sizeof(lo)))
		remark(&play->trouble, "no packet socket: %s", strerror(errno));
}

/* ---- sending ---- */

static __u32 sum(const void *data, size_t len, __u32 start)
{
	const __u8 *bytes = data;
	size_t i;

	for (i = 0; i < len; i++)
		start += bytes[i] << (i % 2 ? 0 : 8);
	return start;
}

static __u16 fold(__u32 total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return htons(~total & 0xffff);
}

static __u16 tcp_checksum(const void *addresses, size_t addresses_len,
			  const void *tcp, const void *data, size_t len)
{
	__u32 total = IPPROTO_TCP + sizeof(struct tcphdr) + len;

	total = sum(addresses, addresses_len, total);
	total = sum(tcp, sizeof(struct tcphdr), total);
	return fold(sum(data, len, total));
}

static void fill_tcp(struct frame *frame, const struct peer *peer, __u8 flags,
		     __u32 seq, __u32 ack)
{
	struct tcphdr *tcp = &frame->tcp;

	tcp->doff = sizeof(*tcp) / 4;
	tcp->seq = htonl(seq);
	tcp->ack_seq = htonl(flags & PACKET_ACK ? ack : 0);
	tcp->window = htons(peer->window);
	((__u8 *)tcp)[13] = flags;
}

static void fill_ip4(struct frame *frame, const struct sockaddr_storage *src,
		     const struct sockaddr_storage *dst, size_t len)
{
	const struct sockaddr_in *from = (const void *)src;
	const struct sockaddr_in *to = (const void *)dst;
	struct iphdr *ip = &frame->ip4;

	ip->version = 4;
	ip->ihl = sizeof(*ip) / 4;
	ip->ttl = 64;
	ip->protocol = IPPROTO_TCP;
	ip->tot_len = htons(sizeof(*ip) + sizeof(frame->tcp) + len);
	ip->saddr = from->sin_addr.s_addr;
	ip->daddr = to->sin_addr.s_addr;
	ip->check = fold(sum(ip, sizeof(*ip), 0));
	frame->tcp.source = from->sin_port;
	frame->tcp.dest = to->sin_port;
	frame->tcp.check = tcp_checksum(&ip->saddr, 8, &frame->tcp, frame->data,
					len);
}

static void fill_ip6(struct frame *frame, const struct sockaddr_storage *src,
		     const struct sockaddr_storage *dst, size_t len)
{
	const struct sockaddr_in6 *from = (const void *)src;
	const struct sockaddr_in6 *to = (const void *)dst;
	struct ip6_hdr *ip = &frame->ip6;

	ip->ip6_flow = htonl(6u << 28);
	ip->ip6_plen = htons(sizeof(frame->tcp) + len);
	ip->ip6_nxt = IPPROTO_TCP;
	ip->ip6_hlim = 64;
	ip->ip6_src = from->sin6_addr;
	ip->ip6_dst = to->sin6_addr;
	frame->tcp.source = from->sin6_port;
	frame->tcp.dest = to->sin6_port;
	frame->tcp.check = tcp_checksum(&ip->ip6_src, 32, &frame->tcp,
					frame->data, len);
}

static void transmit(const struct peer *peer, const struct frame *frame,
		     size_t ip_len, const void *ip, size_t len)
{
	struct {
		struct ethhdr eth;
		__u8 rest[sizeof(*frame)];
	} raw = {
		.eth.h_proto = htons(ip_len == sizeof(frame->ip4) ? ETH_P_IP :
								   ETH_P_IPV6),
	};
	size_t size = sizeof(raw.eth) + ip_len + sizeof(frame->tcp) + len;

	memcpy(raw.rest, ip, ip_len);
	memcpy(raw.rest + ip_len, &frame->tcp, sizeof(frame->tcp));
	memcpy(raw.rest + ip_len + sizeof(frame->tcp), frame->data, len);
	if (send(peer->fd, &raw, size, 0) != (ssize_t)size)
		remark(&peer->play->trouble, "the peer cannot send: %s",
		       strerror(errno));
}

/**
 * peer_transmits - the peer sends a segment, and it is not written down
 * @peer: the peer
 * @flags: PACKET_*
 * @seq: sequence number
 * @ack: acknowledgment number
 * @data: what it carries, NULL for nothing
 *
 * Any thread may.
 */
void peer_transmits(const struct peer *peer, __u8 flags, __u32 seq, __u32 ack,
		    const char *data)
{
	struct sockaddr_storage src, dst;
	size_t len = data ? strlen(data) : 0;
	struct frame frame = {};

	address_parse(&src, peer->address);
	address_parse(&dst, peer->socket);
	memcpy(frame.data, data ?: "", len);
	fill_tcp(&frame, peer, flags, seq, ack);
	if (src.ss_family == AF_INET6) {
		fill_ip6(&frame, &src, &dst, len);
		transmit(peer, &frame, sizeof(frame.ip6), &frame.ip6, len);
	} else {
		fill_ip4(&frame, &src, &dst, len);
		transmit(peer, &frame, sizeof(frame.ip4), &frame.ip4, len);
	}
}

/**
 * peer_sends_at - the peer sends a segment with any numbers
 * @peer: the peer
 * @flags: PACKET_*
 * @seq: sequence number
 * @ack: acknowledgment number
 * @data: what it carries, NULL for nothing
 */
void peer_sends_at(struct peer *peer, __u8 flags, __u32 seq, __u32 ack,
		   const char *data)
{
	if (!*peer->socket)	/* it has not heard from anybody, and said so */
		return;
	peer_transmits(peer, flags, seq, ack, data);
	step(peer->play, "", "peer: %s%s%s%s \"%s\"",
	     flags & PACKET_SYN ? "SYN " : "", flags & PACKET_FIN ? "FIN " : "",
	     flags & PACKET_RST ? "RST " : "", flags & PACKET_ACK ? "ACK" : "",
	     data ?: "");
}

/**
 * peer_sends - the peer sends what comes next
 * @peer: the peer
 * @flags: PACKET_*; with PACKET_ACK it acknowledges what it did before, no more
 * @data: what it carries, NULL for nothing
 */
void peer_sends(struct peer *peer, __u8 flags, const char *data)
{
	peer_sends_at(peer, flags, peer->next, peer->acked, data);
	peer->next += (data ? strlen(data) : 0) + !!(flags & PACKET_SYN) +
		      !!(flags & PACKET_FIN);
}

/**
 * peer_acks - the peer acknowledges all that it has heard
 * @peer: the peer
 */
void peer_acks(struct peer *peer)
{
	peer->acked = peer->heard;
	peer_sends(peer, PACKET_ACK, NULL);
}

/* ---- hearing ---- */

static bool is_for(const struct peer *peer, const struct packet *packet)
{
	return !strcmp(packet->dst, peer->address) &&
	       (!*peer->socket || !strcmp(packet->src, peer->socket));
}

/* Each packet is there twice, on its way out and on its way in. */
static bool receive(struct peer *peer, struct packet *packet)
{
	struct sockaddr_ll from;
	socklen_t from_len = sizeof(from);
	__u8 data[2048];
	ssize_t len;

	for (;;) {
		len = recvfrom(peer->fd, data, sizeof(data), 0,
			       (struct sockaddr *)&from, &from_len);
		if (len < 0)
			return false;
		if (from.sll_pkttype != PACKET_OUTGOING &&
		    packet_decode(packet, data, len) && is_for(peer, packet))
			return true;
	}
}

/*
 * The number of a RST may be any.  A SYN that comes again, because the peer was slow,
 * takes nothing back of what has been acknowledged meanwhile.
 */
static void hear(struct peer *peer, const struct packet *packet)
{
	__u32 end = packet->seq + packet->len + !!(packet->flags & PACKET_SYN) +
		    !!(packet->flags & PACKET_FIN);

	if (packet->flags & PACKET_RST)
		return;
	if (packet->flags & PACKET_SYN && packet->seq != peer->syn) {
		peer->syn = packet->seq;
		peer->acked = packet->seq;
		peer->heard = end;
	} else if ((__s32)(end - peer->heard) > 0) {
		peer->heard = end;
	}
}

/*
 * A SYN,ACK that was not acknowledged within a second is sent again.  If the peer was
 * so slow, the second one is still there when it waits for the answer to its next call.
 */
static bool is_late(const struct peer *peer, const struct packet *packet)
{
	const __u8 syn_ack = PACKET_SYN | PACKET_ACK;

	return (packet->flags & syn_ack) == syn_ack && packet->ack != peer->next;
}

/**
 * peer_hears - the peer waits for a segment
 * @peer: the peer
 * @flags: PACKET_*, all of which are set; 0 for data
 *
 * Not where the kernel is known to lack what the play takes.
 */
void peer_hears(struct peer *peer, __u8 flags)
{
	struct pollfd pfd = { .fd = peer->fd, .events = POLLIN };
	__u64 deadline = clock_in(HEAR_SECONDS);
	struct packet packet;

	if (peer->play->lacks)
		return;
	do {
		while (receive(peer, &packet)) {
			if (is_late(peer, &packet))
				continue;
			if (!*peer->socket)
				strcpy(peer->socket, packet.src);
			hear(peer, &packet);
			if (flags ? (packet.flags & flags) == flags : packet.len)
				return;
		}
		poll(&pfd, 1, 100);
	} while (clock_now() < deadline);
	remark(&peer->play->wrong, "the peer waited in vain for %#x", flags);
}

/* ---- handshakes ---- */

/* With IPv6 the peer's address is also ours, and would be chosen. */
static void choose_address(struct play *play, enum who who)
{
	struct sockaddr_storage here;
	socklen_t len;
	const int later = 1;

	if (play->family != FAMILY_IPV6)
		return;
	len = address_parse(&here, "[" NETNS_NEXT_TO6 "]:0");
	if (setsockopt(play->actor[who].fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT,
		       &later, sizeof(later)) ||
	    bind(play->actor[who].fd, (struct sockaddr *)&here, len))
		remark(&play->trouble, "cannot bind: %s", strerror(errno));
}

static void be_patient(struct play *play, enum who who)
{
	const int retries = SYN_RETRIES;

	if (setsockopt(play->actor[who].fd, IPPROTO_TCP, TCP_SYNCNT, &retries,
		       sizeof(retries)))
		remark(&play->trouble, "TCP_SYNCNT: %s", strerror(errno));
}

/**
 * peer_called - a new socket calls the peer, which has heard its SYN
 * @peer: the peer
 * @who: the socket; it does not block, and is in SYN_SENT
 */
void peer_called(struct peer *peer, enum who who)
{
	struct play *play = peer->play;
	char to[ADDRESS_LEN];

	remote_address(to, play->family);
	if (play->actor[who].fd < 0)
		act_socket(play, who, SOCK_NONBLOCK);
	*peer->socket = '\0';
	be_patient(play, who);
	choose_address(play, who);
	act_connect(play, who, to, EINPROGRESS);
	peer_hears(peer, PACKET_SYN);
}

/**
 * peer_connects - a new socket and the peer are connected
 * @peer: the peer
 * @who: the socket
 */
void peer_connects(struct peer *peer, enum who who)
{
	peer_called(peer, who);
	peer->acked = peer->heard;
	peer_sends(peer, PACKET_SYN | PACKET_ACK, NULL);
	await_state(peer->play, who, SHUTWATCH_TCP_ESTABLISHED);
	peer_hears(peer, PACKET_ACK);
}

/**
 * peer_crosses - the peer has called, too, before it heard of the socket
 * @peer: the peer
 * @who: the socket; it is in SYN_RECV, and the peer has heard its SYN-ACK
 */
void peer_crosses(struct peer *peer, enum who who)
{
	peer_called(peer, who);
	peer_sends(peer, PACKET_SYN, NULL);
	peer_hears(peer, PACKET_SYN | PACKET_ACK);
	await_state(peer->play, who, SHUTWATCH_TCP_SYN_RECV);
}

/**
 * peer_may_call - a new listener, where the peer can reach it
 * @peer: the peer
 * @listener: the listener
 *
 * What comes from elsewhere is not let in to 127.0.0.0/8.
 */
void peer_may_call(struct peer *peer, enum who listener)
{
	static const char * const where[] = {
		[FAMILY_IPV4] = NETNS_NEXT_TO ":8000",
		[FAMILY_IPV6] = "[" NETNS_NEXT_TO6 "]:8000",
		[FAMILY_MAPPED] = "[::ffff:" NETNS_NEXT_TO "]:8000",
	};

	act_socket(peer->play, listener, 0);
	act_bind_and_listen(peer->play, listener, where[peer->play->family]);
}

/**
 * peer_calls - the peer calls a listener, and has heard its SYN-ACK
 * @peer: the peer
 * @listener: the listener
 */
void peer_calls(struct peer *peer, enum who listener)
{
	be_patient(peer->play, listener);
	address_on_wire(peer->socket, peer->play->actor[listener].local);
	peer_sends(peer, PACKET_SYN, NULL);
	peer_hears(peer, PACKET_SYN | PACKET_ACK);
}

/**
 * peer_remote - what the peer has called, as a socket: CHILD
 * @peer: the peer
 * @listener: what it has called
 */
void peer_remote(struct peer *peer, enum who listener)
{
	struct play *play = peer->play;

	strcpy(play->actor[CHILD].local, play->actor[listener].local);
	strcpy(play->actor[CHILD].remote, peer->address);
}

/**
 * peer_is_served - the peer is connected to a listener, but not accepted yet
 * @peer: the peer
 * @listener: the listener; CHILD is the connection
 */
void peer_is_served(struct peer *peer, enum who listener)
{
	peer_calls(peer, listener);
	peer_acks(peer);
	peer_remote(peer, listener);
}

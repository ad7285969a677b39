// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "icmp.h"
#include "step.h"

/* What an ICMP error repeats of the segment that it is about. */
struct repeated {
	__be16 source;
	__be16 dest;
	__be32 seq;
};

static void send_raw(struct play *play, int protocol,
		     const struct sockaddr_storage *to, socklen_t len,
		     const void *message, size_t size)
{
	int fd = socket(to->ss_family, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0 || sendto(fd, message, size, 0, (const void *)to, len) !=
	    (ssize_t)size)
		remark(&play->trouble, "no ICMP: %s", strerror(errno));
	close(fd);
}

static __u16 checksum(const void *message, size_t size)
{
	const __u16 *word = message;
	__u32 sum = 0;
	size_t i;

	for (i = 0; i < size / sizeof(*word); i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static void icmp4(struct play *play, const struct sockaddr_storage *here,
		  const struct sockaddr_storage *there, const struct repeated *tcp,
		  __u8 type, __u8 code)
{
	struct {
		struct icmphdr icmp;
		struct iphdr ip;
		struct repeated tcp;
	} message = {
		.icmp.type = type,
		.icmp.code = code,
		.ip.version = 4,
		.ip.ihl = sizeof(message.ip) / 4,
		.ip.protocol = IPPROTO_TCP,
		.ip.saddr = ((const struct sockaddr_in *)here)->sin_addr.s_addr,
		.ip.daddr = ((const struct sockaddr_in *)there)->sin_addr.s_addr,
		.tcp = *tcp,
	};

	message.icmp.checksum = checksum(&message, sizeof(message));
	send_raw(play, IPPROTO_ICMP, here, sizeof(struct sockaddr_in), &message,
		 sizeof(message));
}

static void icmp6(struct play *play, const struct sockaddr_storage *here,
		  const struct sockaddr_storage *there, const struct repeated *tcp,
		  __u8 type, __u8 code)
{
	struct sockaddr_storage to = *here;
	struct {
		struct icmp6_hdr icmp;
		struct ip6_hdr ip;
		struct repeated tcp;
	} message = {
		.icmp.icmp6_type = type,
		.icmp.icmp6_code = code,
		.ip.ip6_flow = htonl(6u << 28),
		.ip.ip6_plen = htons(sizeof(struct tcphdr)),
		.ip.ip6_nxt = IPPROTO_TCP,
		.ip.ip6_src = ((const struct sockaddr_in6 *)here)->sin6_addr,
		.ip.ip6_dst = ((const struct sockaddr_in6 *)there)->sin6_addr,
		.tcp = *tcp,
	};

	/* To a raw socket, a port is a protocol. */
	((struct sockaddr_in6 *)&to)->sin6_port = 0;
	send_raw(play, IPPROTO_ICMPV6, &to, sizeof(struct sockaddr_in6), &message,
		 sizeof(message));
}

/**
 * icmp_error - an ICMP error comes, about what the peer heard last
 * @peer: the peer
 * @type: of the error; ICMP_*, or for IPv6 ICMP6_*
 * @code: likewise
 */
void icmp_error(const struct peer *peer, __u8 type, __u8 code)
{
	struct sockaddr_storage here, there;
	struct repeated tcp;

	address_parse(&here, peer->socket);
	address_parse(&there, peer->address);
	/* A port is where it is in addresses of both families. */
	tcp.source = ((struct sockaddr_in *)&here)->sin_port;
	tcp.dest = ((struct sockaddr_in *)&there)->sin_port;
	tcp.seq = htonl(peer->heard - 1);
	step(peer->play, "", "ICMP error %u, %u", type, code);
	if (here.ss_family == AF_INET)
		icmp4(peer->play, &here, &there, &tcp, type, code);
	else
		icmp6(peer->play, &here, &there, &tcp, type, code);
}

/**
 * icmp_host_unreachable - the peer cannot be reached
 * @peer: the peer
 */
void icmp_host_unreachable(const struct peer *peer)
{
	if (peer->play->family == FAMILY_IPV6)
		icmp_error(peer, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR);
	else
		icmp_error(peer, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "packet.h"

/* Not every capture holds the whole packet: its length is in its header. */
static bool decode_tcp(struct packet *packet, int family, const __u8 *ips,
		       size_t ip_len, const __u8 *data, size_t payload,
		       size_t captured)
{
	struct tcphdr tcp;

	if (captured < sizeof(tcp) || payload < sizeof(tcp))
		return false;
	memcpy(&tcp, data, sizeof(tcp));
	if (payload < tcp.doff * 4u)
		return false;

	address_print(packet->src, family, ips, ntohs(tcp.source));
	address_print(packet->dst, family, ips + ip_len, ntohs(tcp.dest));
	packet->number = ntohl(tcp.seq);
	packet->seq = packet->number;
	packet->ack = ntohl(tcp.ack_seq);
	packet->len = payload - tcp.doff * 4;
	packet->flags = data[13] & (PACKET_FIN | PACKET_SYN | PACKET_RST |
				    PACKET_PSH | PACKET_ACK | PACKET_URG);
	packet->time = 0;
	packet->again = false;
	packet->ours = false;
	return true;
}

static bool decode_ipv4(struct packet *packet, const __u8 *data, size_t len)
{
	struct iphdr ip;
	size_t header, total;

	if (len < sizeof(ip))
		return false;
	memcpy(&ip, data, sizeof(ip));
	header = ip.ihl * 4;
	total = ntohs(ip.tot_len);
	if (ip.protocol != IPPROTO_TCP || header > len || header > total)
		return false;
	return decode_tcp(packet, AF_INET,
			  data + offsetof(struct iphdr, saddr), 4,
			  data + header, total - header, len - header);
}

/* Extension headers are not expected on this wire, and not looked through. */
static bool decode_ipv6(struct packet *packet, const __u8 *data, size_t len)
{
	struct ip6_hdr ip;

	if (len < sizeof(ip))
		return false;
	memcpy(&ip, data, sizeof(ip));
	if (ip.ip6_nxt != IPPROTO_TCP)
		return false;
	return decode_tcp(packet, AF_INET6,
			  data + offsetof(struct ip6_hdr, ip6_src), 16,
			  data + sizeof(ip), ntohs(ip.ip6_plen),
			  len - sizeof(ip));
}

/**
 * packet_decode - take an Ethernet frame apart
 * @packet: where the result goes
 * @frame: the frame, or its beginning
 * @len: how much of it there is
 *
 * Return: false if this is no TCP over IPv4 or IPv6.
 */
bool packet_decode(struct packet *packet, const __u8 *frame, size_t len)
{
	struct ethhdr eth;

	if (len < sizeof(eth))
		return false;
	memcpy(&eth, frame, sizeof(eth));
	frame += sizeof(eth);
	len -= sizeof(eth);

	switch (ntohs(eth.h_proto)) {
	case ETH_P_IP:
		return decode_ipv4(packet, frame, len);
	case ETH_P_IPV6:
		return decode_ipv6(packet, frame, len);
	default:
		return false;
	}
}

static void print_flags(char text[8], __u8 flags)
{
	snprintf(text, 8, "%s%s%s%s%s%s", flags & PACKET_FIN ? "F" : "",
		 flags & PACKET_SYN ? "S" : "", flags & PACKET_RST ? "R" : "",
		 flags & PACKET_PSH ? "P" : "", flags & PACKET_ACK ? "." : "",
		 flags & PACKET_URG ? "U" : "");
}

/**
 * packet_print - "127.0.0.20:8000 > 127.0.0.1:48072 [P.] seq 1:6 ack 1"
 * @text: where to
 * @size: how much fits
 * @packet: the packet
 *
 * As tcpdump does, the sequence number is left out where it means nothing: in
 * a bare acknowledgment.
 */
void packet_print(char *text, size_t size, const struct packet *packet)
{
	const __u8 counts = PACKET_FIN | PACKET_SYN | PACKET_RST;
	char flags[8], seq[32] = "", ack[16] = "";

	print_flags(flags, packet->flags);
	if (packet->len)
		snprintf(seq, sizeof(seq), " seq %u:%u", packet->seq,
			 packet->seq + packet->len);
	else if (packet->flags & counts)
		snprintf(seq, sizeof(seq), " seq %u", packet->seq);
	if (packet->flags & PACKET_ACK)
		snprintf(ack, sizeof(ack), " ack %u", packet->ack);
	snprintf(text, size, "%s > %s [%s]%s%s%s", packet->src, packet->dst,
		 flags, seq, ack, packet->again ? " again" : "");
}

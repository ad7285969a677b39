// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netns.h"
#include "way.h"

/* Routes, the best first: one that was put in the way, the way, what is left. */
#define METRIC_LOST	5
#define METRIC_WAY	10
#define METRIC_NONE	20

/* What the router is to its hosts, see hosts. */
#define ROUTER_MAC	{ 0x02, 0x00, 0x00, 0x00, 0x00, 0x02 }
#define ROUTER_MAC_HOST	4

#define HOST_LINK	"eth0"
#define FIRST_INDEX	1000
#define KIND_ON_HOSTS	"ipvlan"
#define KIND_ON_LO	"dummy"

/**
 * struct ip - an address
 * @family: AF_INET or AF_INET6
 * @len: how many bytes of @bytes are in use
 * @bytes: in network byte order
 */
struct ip {
	int family;
	size_t len;
	__u8 bytes[sizeof(struct in6_addr)];
};

static struct ip ip_parse(const struct scene *scene, const char *text)
{
	struct ip ip = { .family = AF_INET, .len = sizeof(struct in_addr) };

	if (scene_is_ipv6(scene)) {
		ip.family = AF_INET6;
		ip.len = sizeof(struct in6_addr);
	}
	inet_pton(ip.family, text, ip.bytes);
	return ip;
}

/**
 * way_ip - the address of a side
 * @scene: it has interfaces of its own
 * @side: the side
 * @ip: where to
 */
void way_ip(const struct scene *scene, enum side side, char ip[WAY_IP_LEN])
{
	const int number = scene->index + 1;
	const int net = side == SIDE_CLIENT ? 11 : 12;

	if (scene_is_ipv6(scene))
		snprintf(ip, WAY_IP_LEN, "fd%d::%x", net, number);
	else
		snprintf(ip, WAY_IP_LEN, "10.%d.%d.%d", net, number / 256, number % 256);
}

static struct ip ip_of(const struct scene *scene, enum side side)
{
	char text[WAY_IP_LEN];

	way_ip(scene, side, text);
	return ip_parse(scene, text);
}

/* It is the way's neighbour by any name: see make_neighbour(). */
static struct ip ip_of_router(const struct scene *scene)
{
	return ip_parse(scene, scene_is_ipv6(scene) ? "fe80::2" : "169.254.0.2");
}

static void name_of(const struct scene *scene, enum side side, char name[IF_NAMESIZE])
{
	snprintf(name, IF_NAMESIZE, "%c%d", side == SIDE_CLIENT ? 'c' : 's', scene->index);
}

/*
 * Each has an index that is known before it is made: who asks for one by a name that
 * is gone has the kernel look for a module of that name first.
 */
static int index_of(const struct scene *scene, enum side side)
{
	return FIRST_INDEX + SIDES * scene->index + side;
}

/* ---- the interface ---- */

/* What is added from here on is inside of an attribute. */
static struct rtattr *begin_nest(struct netns_request *rq, int type)
{
	struct rtattr *nest = (void *)((char *)rq + NLMSG_ALIGN(rq->header.nlmsg_len));

	netns_attribute(rq, type, NULL, 0);
	return nest;
}

static void end_nest(const struct netns_request *rq, struct rtattr *nest)
{
	nest->rta_len = (const char *)rq + rq->header.nlmsg_len - (const char *)nest;
}

/* An IPVLAN of layer 3 would look for a route once more, and have none. */
static void add_kind(struct netns_request *rq, const char *kind)
{
	struct rtattr *info = begin_nest(rq, IFLA_LINKINFO), *data;
	const __u16 mode = IPVLAN_MODE_L2;

	netns_attribute(rq, IFLA_INFO_KIND, kind, strlen(kind));
	if (!strcmp(kind, KIND_ON_HOSTS)) {
		data = begin_nest(rq, IFLA_INFO_DATA);
		netns_attribute(rq, IFLA_IPVLAN_MODE, &mode, sizeof(mode));
		end_nest(rq, data);
	}
	end_nest(rq, info);
}

/* Each segment is one packet, as on the host's link. */
static int make_link(const char *name, int index, const char *kind, int below)
{
	struct netns_request rq = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(rq.link)),
			.nlmsg_type = RTM_NEWLINK,
		},
		.link = {
			.ifi_index = index,
			.ifi_flags = IFF_UP,
			.ifi_change = IFF_UP,
		},
	};
	const __u32 segments = 1;

	netns_attribute(&rq, IFLA_IFNAME, name, strlen(name) + 1);
	if (below) {
		netns_attribute(&rq, IFLA_LINK, &below, sizeof(below));
		netns_attribute(&rq, IFLA_GSO_MAX_SEGS, &segments, sizeof(segments));
	}
	add_kind(&rq, kind);
	return netns_ask(&rq);
}

static int make_link_of(const struct scene *scene, enum side side)
{
	const int index = index_of(scene, side);
	char name[IF_NAMESIZE];

	name_of(scene, side, name);
	return scene->apart ?
		make_link(name, index, KIND_ON_HOSTS, if_nametoindex(HOST_LINK)) :
		make_link(name, index, KIND_ON_LO, 0);
}

static int try_kinds(void)
{
	return netns_enter() ?: make_link("below", FIRST_INDEX, KIND_ON_LO, 0) ?:
	       make_link("above", FIRST_INDEX + 1, KIND_ON_HOSTS, FIRST_INDEX);
}

/**
 * way_prepare - has this kernel such interfaces?
 *
 * Return: true if it has.
 */
bool way_prepare(void)
{
	const pid_t pid = fork();
	int status;

	if (!pid)
		_exit(!!try_kinds());
	return waitpid(pid, &status, 0) == pid && !status;
}

/**
 * way_down - set the interface down
 * @scene: whose
 * @side: which
 *
 * Return: 0 or a negative errno.
 */
int way_down(const struct scene *scene, enum side side)
{
	struct netns_request rq = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(rq.link)),
			.nlmsg_type = RTM_NEWLINK,
		},
		.link = {
			.ifi_index = index_of(scene, side),
			.ifi_change = IFF_UP,
		},
	};

	return netns_ask(&rq);
}

/**
 * way_delete - delete the interface
 * @scene: whose
 * @side: which
 *
 * Return: 0 or a negative errno.
 */
int way_delete(const struct scene *scene, enum side side)
{
	struct netns_request rq = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(rq.link)),
			.nlmsg_type = RTM_DELLINK,
		},
		.link.ifi_index = index_of(scene, side),
	};

	return netns_ask(&rq);
}

/* ---- what it has ---- */

/*
 * IPv6 would have a route to the address by way of its interface before there is the
 * one that makes it local.  Who sends then keeps that, and the dummy swallows all.
 */
static int change_address(const struct scene *scene, enum side side, int type)
{
	const __u32 flags = IFA_F_NODAD | IFA_F_NOPREFIXROUTE;
	const struct ip ip = ip_of(scene, side);
	struct netns_request rq = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(rq.addr)),
			.nlmsg_type = type,
		},
		.addr = {
			.ifa_family = ip.family,
			.ifa_prefixlen = ip.len * 8,
			.ifa_index = index_of(scene, side),
		},
	};

	netns_attribute(&rq, IFA_FLAGS, &flags, sizeof(flags));
	netns_attribute(&rq, IFA_LOCAL, ip.bytes, ip.len);
	return netns_ask(&rq);
}

/**
 * way_lose_address - take its address away
 * @scene: whose
 * @side: which
 *
 * Return: 0 or a negative errno.
 */
int way_lose_address(const struct scene *scene, enum side side)
{
	return change_address(scene, side, RTM_DELADDR);
}

static int make_neighbour(const struct scene *scene, enum side side)
{
	const struct ip ip = ip_of_router(scene);
	__u8 mac[] = ROUTER_MAC;
	struct netns_request rq = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(rq.neighbour)),
			.nlmsg_type = RTM_NEWNEIGH,
		},
		.neighbour = {
			.ndm_family = ip.family,
			.ndm_ifindex = index_of(scene, side),
			.ndm_state = NUD_PERMANENT,
		},
	};

	mac[ROUTER_MAC_HOST] = side + 1;
	netns_attribute(&rq, NDA_DST, ip.bytes, ip.len);
	netns_attribute(&rq, NDA_LLADDR, mac, sizeof(mac));
	return netns_ask(&rq);
}

/* To the other side: by the interface, or to nowhere. */
static int change_route(const struct scene *scene, enum side side, int type,
			__u32 metric, bool leads)
{
	const struct ip to = ip_of(scene, !side);
	struct netns_request rq = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(rq.route)),
			.nlmsg_type = type,
		},
		.route = {
			.rtm_family = to.family,
			.rtm_dst_len = to.len * 8,
			.rtm_table = RT_TABLE_MAIN,
			.rtm_protocol = RTPROT_STATIC,
			.rtm_scope = RT_SCOPE_UNIVERSE,
			.rtm_type = leads ? RTN_UNICAST : RTN_UNREACHABLE,
			.rtm_flags = leads && to.family == AF_INET ? RTNH_F_ONLINK : 0,
		},
	};
	const struct ip router = ip_of_router(scene);
	const int index = index_of(scene, side);

	netns_attribute(&rq, RTA_DST, to.bytes, to.len);
	netns_attribute(&rq, RTA_PRIORITY, &metric, sizeof(metric));
	if (leads) {
		netns_attribute(&rq, RTA_OIF, &index, sizeof(index));
		netns_attribute(&rq, RTA_GATEWAY, router.bytes, router.len);
	}
	return netns_ask(&rq);
}

/**
 * way_lose_route - make the other side unreachable
 * @scene: whose, on two hosts
 * @side: for whom
 *
 * Return: 0 or a negative errno.
 */
int way_lose_route(const struct scene *scene, enum side side)
{
	const int err = change_route(scene, side, RTM_NEWROUTE, METRIC_LOST, false);

	return err == -EEXIST ? 0 : err;
}

static int make_routes(const struct scene *scene, enum side side)
{
	int err = make_neighbour(scene, side);

	/* This one is not the interface's: it stays when that is gone. */
	if (!err && !way_has_other(scene)) {
		err = change_route(scene, side, RTM_NEWROUTE, METRIC_NONE, false);
		err = err == -EEXIST ? 0 : err;
	}
	return err ?: change_route(scene, side, RTM_NEWROUTE, METRIC_WAY, true);
}

/**
 * way_make - make all anew
 * @scene: for whom
 * @side: which interface, in whose namespace we are
 *
 * Return: 0 or a negative errno.
 */
int way_make(const struct scene *scene, enum side side)
{
	int err;

	if (scene->apart)
		change_route(scene, side, RTM_DELROUTE, METRIC_LOST, false);
	way_delete(scene, side);
	err = make_link_of(scene, side);
	err = err ?: change_address(scene, side, RTM_NEWADDR);
	return err ?: scene->apart ? make_routes(scene, side) : 0;
}

/**
 * way_await - wait until what is sent to it arrives
 * @scene: for whom
 * @side: which interface, just made
 *
 * Return: 0 or a negative errno.
 */
int way_await(const struct scene *scene, enum side side)
{
	const struct ip ip = ip_of(scene, side);
	struct in6_addr addr;

	if (ip.family != AF_INET6)
		return 0;
	memcpy(&addr, ip.bytes, sizeof(addr));
	return netns_await_address6(&addr);
}

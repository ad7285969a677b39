// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <arpa/inet.h>

#include "address.h"
#include "clock.h"
#include "netns.h"

#define LOOPBACK_INDEX	1

#define ARRIVAL_SECONDS	10

static int loopback_up(void)
{
	struct ifreq ifr = { .ifr_name = "lo" };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, SIOCGIFFLAGS, &ifr)) {
		err = -errno;
	} else {
		ifr.ifr_flags |= IFF_UP;
		if (ioctl(fd, SIOCSIFFLAGS, &ifr))
			err = -errno;
	}
	close(fd);
	return err;
}

/*
 * Each CPU delivers what it sent on lo in order, but not what another one sent:
 * a task that moves on after an ACK was sent for it may have its FIN arrive
 * first.  The old ACK then finds TIME_WAIT, is answered, and its answer, which
 * no socket awaits, is a RST.
 */
static int stay_on_this_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

/**
 * netns_enter - move this thread into a new network namespace, lo up
 *
 * What it sends on lo keeps its order: it stays on the CPU that it is on.  Who
 * wants CPUs to meet says so to its threads.
 *
 * Return: 0 or a negative errno.
 */
int netns_enter(void)
{
	if (unshare(CLONE_NEWNET))
		return -errno;
	return loopback_up() ?: stay_on_this_cpu();
}

/**
 * netns_attribute - add an attribute to a request
 * @rq: the request; its header says how long it is so far
 * @type: of the attribute
 * @data: its value
 * @len: how long that is
 */
void netns_attribute(struct netns_request *rq, int type, const void *data, size_t len)
{
	struct rtattr *attr = (void *)((char *)rq +
				       NLMSG_ALIGN(rq->header.nlmsg_len));

	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(attr), data, len);
	rq->header.nlmsg_len = NLMSG_ALIGN(rq->header.nlmsg_len) + attr->rta_len;
}

/**
 * netns_ask - ask the kernel to change something of this namespace
 * @rq: the request
 *
 * Return: 0 or a negative errno.
 */
int netns_ask(struct netns_request *rq)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char rest[512];
	} answer;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int err = 0;

	if (fd < 0)
		return -errno;
	rq->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE;
	if (send(fd, rq, rq->header.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < (ssize_t)NLMSG_LENGTH(sizeof(int)))
		err = -errno;
	else
		err = answer.error.error;
	close(fd);
	return err;
}

static size_t ip_len(int family)
{
	return family == AF_INET6 ? sizeof(struct in6_addr) : sizeof(struct in_addr);
}

static int change_address(int type, int family, const void *ip)
{
	struct netns_request rq = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(rq.addr)),
			.nlmsg_type = type,
		},
		.addr = {
			.ifa_family = family,
			.ifa_prefixlen = ip_len(family) * 8,
			.ifa_index = LOOPBACK_INDEX,
			.ifa_flags = IFA_F_NODAD,
		},
	};

	netns_attribute(&rq, IFA_LOCAL, ip, ip_len(family));
	return netns_ask(&rq);
}

static int change_route(int type, int family, const void *to, const void *from)
{
	struct netns_request rq = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(rq.route)),
			.nlmsg_type = type,
		},
		.route = {
			.rtm_family = family,
			.rtm_dst_len = ip_len(family) * 8,
			.rtm_table = RT_TABLE_MAIN,
			.rtm_protocol = RTPROT_STATIC,
			.rtm_scope = RT_SCOPE_LINK,
			.rtm_type = RTN_UNICAST,
		},
	};
	const int index = LOOPBACK_INDEX;

	netns_attribute(&rq, RTA_DST, to, ip_len(family));
	netns_attribute(&rq, RTA_OIF, &index, sizeof(index));
	netns_attribute(&rq, RTA_PREFSRC, from, ip_len(family));
	return netns_ask(&rq);
}

static int dig4(void)
{
	struct in_addr from, to;
	int err;

	inet_pton(AF_INET, NETNS_NEXT_TO, &from);
	inet_pton(AF_INET, NETNS_BLACKHOLE, &to);
	err = change_address(RTM_NEWADDR, AF_INET, &from);
	return err ?: change_route(RTM_NEWROUTE, AF_INET, &to, &from);
}

/*
 * An address is ours at once, but its route is there only after the kernel's
 * worker has had its turn, which may wait for namespaces that are being taken
 * down.  Until then, what is sent to it is lost.
 */
static int await_arrival6(int fd, const struct in6_addr *ip)
{
	struct sockaddr_in6 here = { .sin6_family = AF_INET6, .sin6_addr = *ip };
	__u64 deadline = clock_in(ARRIVAL_SECONDS);
	socklen_t len = sizeof(here);
	char byte = 0;
	bool arrived;

	if (bind(fd, (struct sockaddr *)&here, len) ||
	    getsockname(fd, (struct sockaddr *)&here, &len))
		return -errno;
	do {
		sendto(fd, &byte, 1, 0, (struct sockaddr *)&here, len);
		arrived = recv(fd, &byte, 1, 0) == 1;
	} while (!arrived && clock_wait(deadline));
	return arrived ? 0 : -EHOSTUNREACH;
}

/**
 * netns_await_address6 - wait until what is sent to an address of ours arrives
 * @ip: the address, which was added
 *
 * Return: 0 or a negative errno.
 */
int netns_await_address6(const struct in6_addr *ip)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	err = await_arrival6(fd, ip);
	close(fd);
	return err;
}

static int add_address6(const struct in6_addr *ip)
{
	return change_address(RTM_NEWADDR, AF_INET6, ip) ?: netns_await_address6(ip);
}

/* Let what comes to an address of ours be dropped before anybody answers. */
static int swallow(const struct in6_addr *ip)
{
	const struct sockaddr_in6 here = {
		.sin6_family = AF_INET6,
		.sin6_addr = *ip,
		.sin6_port = htons(NETNS_BLACKHOLE_PORT),
	};
	struct sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0);
	const struct sock_fprog filter = { .len = 1, .filter = &nothing };
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	/* It stays open: who closes it has lost the hole. */
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) ||
	    bind(fd, (struct sockaddr *)&here, sizeof(here)) || listen(fd, 1))
		return -errno;
	return 0;
}

/* IPv6 takes a route through lo for one that leads nowhere. */
static int dig6(void)
{
	struct in6_addr from, to;
	int err;

	inet_pton(AF_INET6, NETNS_NEXT_TO6, &from);
	inet_pton(AF_INET6, NETNS_BLACKHOLE6, &to);
	err = add_address6(&from);
	err = err ?: add_address6(&to);
	return err ?: swallow(&to);
}

/**
 * netns_dig_blackhole - make an address to which SYNs go and are never heard of
 *
 * It is reached through lo without being local: what is sent there is seen on
 * lo and then dropped, without an answer of any kind.  A dummy device would do
 * the same, where the kernel has one.  With IPv6 it is local, and only one of
 * its ports is a hole; who calls it has to bind to NETNS_NEXT_TO6 before.
 *
 * Return: 0 or a negative errno.
 */
int netns_dig_blackhole(void)
{
	int err = dig4();

	return err ?: dig6();
}

/**
 * netns_lose_blackhole - there is no way any more to the address that
 *	netns_dig_blackhole() made
 *
 * Return: 0 or a negative errno.
 */
int netns_lose_blackhole(void)
{
	struct in6_addr to6;
	struct in_addr from, to;
	int err;

	inet_pton(AF_INET, NETNS_NEXT_TO, &from);
	inet_pton(AF_INET, NETNS_BLACKHOLE, &to);
	inet_pton(AF_INET6, NETNS_BLACKHOLE6, &to6);
	err = change_route(RTM_DELROUTE, AF_INET, &to, &from);
	return err ?: change_address(RTM_DELADDR, AF_INET6, &to6);
}

/**
 * netns_inode - the name of this process's network namespace in the records
 *
 * Return: its inode number, 0 if it cannot be found out.
 */
__u64 netns_inode(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

/* One line of /proc/net/tcp or tcp6: addresses are words in host byte order. */
static bool parse_line(const char *line, int family, char here[ADDRESS_LEN],
		       char there[ADDRESS_LEN], unsigned int *state)
{
	unsigned int lport, rport;
	__u32 laddr[4], raddr[4];

	if (family == AF_INET) {
		if (sscanf(line, "%*u: %x:%x %x:%x %x", &laddr[0], &lport,
			   &raddr[0], &rport, state) != 5)
			return false;
	} else if (sscanf(line, "%*u: %8x%8x%8x%8x:%x %8x%8x%8x%8x:%x %x",
			  &laddr[0], &laddr[1], &laddr[2], &laddr[3], &lport,
			  &raddr[0], &raddr[1], &raddr[2], &raddr[3], &rport,
			  state) != 11) {
		return false;
	}
	address_print(here, family, laddr, lport);
	address_print(there, family, raddr, rport);
	return true;
}

static bool is_listed(const char *path, int family, const char *local,
		      const char *remote, unsigned int states)
{
	char here[ADDRESS_LEN], there[ADDRESS_LEN];
	FILE *file = fopen(path, "re");
	unsigned int state;
	bool found = false;
	char line[512];

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		found = parse_line(line, family, here, there, &state) &&
			(states & 1u << state) && !strcmp(here, local) &&
			!strcmp(there, remote);
	}
	fclose(file);
	return found;
}

/**
 * netns_in_state - is the connection in one of some states?
 * @local: its local address
 * @remote: its remote address
 * @states: a bit for each, 1 << enum shutwatch_tcp
 *
 * No system call tells the state of what no program has: a mini-socket, or a
 * connection that nobody accepted yet; /proc does.
 *
 * Return: true if it is there.
 */
bool netns_in_state(const char *local, const char *remote, unsigned int states)
{
	return is_listed("/proc/self/net/tcp", AF_INET, local, remote, states) ||
	       is_listed("/proc/self/net/tcp6", AF_INET6, local, remote, states);
}

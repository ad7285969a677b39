// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
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
#include "netns.h"

#define LOOPBACK_INDEX	1

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

/**
 * netns_enter - move this process into a new network namespace, lo up
 *
 * Return: 0 or a negative errno.
 */
int netns_enter(void)
{
	if (unshare(CLONE_NEWNET))
		return -errno;
	return loopback_up();
}

/* An rtnetlink request, its header and one of the two bodies that we need. */
struct request {
	struct nlmsghdr header;
	union {
		struct ifaddrmsg addr;
		struct rtmsg route;
	};
	char attributes[64];
};

static void add_attribute(struct request *rq, int type, const void *data,
			  size_t len)
{
	struct rtattr *attr = (void *)((char *)rq +
				       NLMSG_ALIGN(rq->header.nlmsg_len));

	attr->rta_type = type;
	attr->rta_len = RTA_LENGTH(len);
	memcpy(RTA_DATA(attr), data, len);
	rq->header.nlmsg_len = NLMSG_ALIGN(rq->header.nlmsg_len) + attr->rta_len;
}

static int ask(struct request *rq)
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

static int add_address(struct in_addr ip)
{
	struct request rq = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(rq.addr)),
			.nlmsg_type = RTM_NEWADDR,
		},
		.addr = {
			.ifa_family = AF_INET,
			.ifa_prefixlen = 32,
			.ifa_index = LOOPBACK_INDEX,
		},
	};

	add_attribute(&rq, IFA_LOCAL, &ip, sizeof(ip));
	return ask(&rq);
}

static int add_route(struct in_addr to, struct in_addr from)
{
	struct request rq = {
		.header = {
			.nlmsg_len = NLMSG_LENGTH(sizeof(rq.route)),
			.nlmsg_type = RTM_NEWROUTE,
		},
		.route = {
			.rtm_family = AF_INET,
			.rtm_dst_len = 32,
			.rtm_table = RT_TABLE_MAIN,
			.rtm_protocol = RTPROT_STATIC,
			.rtm_scope = RT_SCOPE_LINK,
			.rtm_type = RTN_UNICAST,
		},
	};
	const int index = LOOPBACK_INDEX;

	add_attribute(&rq, RTA_DST, &to, sizeof(to));
	add_attribute(&rq, RTA_OIF, &index, sizeof(index));
	add_attribute(&rq, RTA_PREFSRC, &from, sizeof(from));
	return ask(&rq);
}

/**
 * netns_dig_blackhole - make an address to which SYNs go and are never heard of
 *
 * It is reached through lo without being local: what is sent there is seen on
 * lo and then dropped, without an answer of any kind.  A dummy device would do
 * the same, where the kernel has one.
 *
 * Return: 0 or a negative errno.
 */
int netns_dig_blackhole(void)
{
	struct in_addr from, to;
	int err;

	inet_pton(AF_INET, NETNS_NEXT_TO, &from);
	inet_pton(AF_INET, NETNS_BLACKHOLE, &to);
	err = add_address(from);
	return err ?: add_route(to, from);
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

/**
 * netns_in_time_wait - is the connection in TIME_WAIT?
 * @local: its local address, IPv4
 * @remote: its remote address
 *
 * No system call tells the state of the mini-socket that a connection in
 * TIME_WAIT is; /proc does.
 *
 * Return: true if it is there.
 */
bool netns_in_time_wait(const char *local, const char *remote)
{
	unsigned int lport, rport, state;
	struct in_addr laddr, raddr;
	char here[ADDRESS_LEN], there[ADDRESS_LEN];
	FILE *file = fopen("/proc/self/net/tcp", "re");
	bool found = false;
	char line[256];

	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%*u: %x:%x %x:%x %x", &laddr.s_addr, &lport,
			   &raddr.s_addr, &rport, &state) != 5)
			continue;
		address_print(here, AF_INET, &laddr, lport);
		address_print(there, AF_INET, &raddr, rport);
		found = state == TCP_TIME_WAIT && !strcmp(here, local) &&
			!strcmp(there, remote);
	}
	fclose(file);
	return found;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Filters.  Different options narrow each other, the members of a list widen
 * it.  A record that has not the value a filter looks at does not match, but one
 * of kind lost or skipped always does: that something is missing concerns
 * everybody.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "match.h"
#include "number.h"

#define NETNS_DIR	"/run/netns/"

static_assert(SHUTWATCH_WHY_COUNT <= 64, "the reasons outgrew a set of 64 bits");

/* Cut the next member out of a list: NULL at its end, "" for a hopeless one. */
static const char *next_member(char *member, size_t size, const char **list)
{
	size_t len;

	if (!*list)
		return NULL;
	len = strcspn(*list, ",");
	snprintf(member, size, "%.*s", len < size ? (int)len : 0, *list);
	*list = (*list)[len] ? *list + len + 1 : NULL;
	return member;
}

/**
 * filter_add_ports() - add a list of ports to a set
 * @ports: the set
 * @list: "80,443"
 *
 * Return: 0, or -EINVAL where a member is no port.
 */
int filter_add_ports(struct ports *ports, const char *list)
{
	unsigned long port;
	char member[16];

	while (next_member(member, sizeof(member), &list)) {
		if (number_parse(&port, member, 65535))
			return -EINVAL;
		ports->bit[port / 8] |= (unsigned char)(1 << port % 8);
		ports->any = true;
	}
	return 0;
}

/**
 * filter_add_names() - add a list of words to a set
 * @set: the set, one bit for each word
 * @names: the vocabulary, at most 64 words
 * @list: "close,abort"
 *
 * Return: 0, or -EINVAL where a member is not in the vocabulary.
 */
int filter_add_names(unsigned long long *set, const struct names *names, const char *list)
{
	char member[64];
	int id;

	while (next_member(member, sizeof(member), &list)) {
		id = names_find(names, member);
		if (id < 0)
			return -EINVAL;
		*set |= 1ULL << id;
	}
	return 0;
}

/* Return: the inode number of a network namespace, 0 where it is none, or -errno. */
static long long netns_of(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), err = errno;
	struct statfs fs;
	struct stat st;
	bool is_netns;

	if (fd < 0)
		return -err;
	/* What is elsewhere may take the request for another one. */
	is_netns = !fstatfs(fd, &fs) && fs.f_type == NSFS_MAGIC &&
		   ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWNET && !fstat(fd, &st);
	close(fd);
	return is_netns ? (long long)st.st_ino : 0;
}

/**
 * filter_set_netns() - ask for one network namespace
 * @f: the filter
 * @netns: an inode number, a name that ip-netns(8) gave, or a path
 *
 * Return: 0, -EINVAL where it cannot be any of them, -ENOTTY where it is no
 * network namespace, or -errno of the file.
 */
int filter_set_netns(struct filter *f, const char *netns)
{
	char path[PATH_MAX];
	long long number;

	if (!number_parse(&f->netns, netns, ULONG_MAX))
		return f->netns ? 0 : -EINVAL;
	if (!*netns || strlen(netns) >= sizeof(path) - sizeof(NETNS_DIR))
		return -EINVAL;
	snprintf(path, sizeof(path), "%s%s", strchr(netns, '/') ? "" : NETNS_DIR, netns);
	number = netns_of(path);
	if (number <= 0)
		return number ? (int)number : -ENOTTY;
	f->netns = (unsigned long)number;
	return 0;
}

static bool ports_have(const struct ports *ports, const struct endpoint *e)
{
	return ports->bit[e->port / 8] >> e->port % 8 & 1;
}

static bool wants_endpoints(const struct filter *f)
{
	return f->local_ports.any || f->remote_ports.any || f->either_ports.any ||
	       f->local.family || f->remote.family || f->family;
}

static bool match_endpoints(const struct filter *f, const struct record *r)
{
	const char *local = record_value(r, SHUTWATCH_KEY_LOCAL);
	const char *remote = record_value(r, SHUTWATCH_KEY_REMOTE);
	struct endpoint l, d;

	if (!local || !remote || endpoint_parse(&l, local) || endpoint_parse(&d, remote))
		return false;
	if (f->family && l.family != f->family)
		return false;
	if (f->local_ports.any && !ports_have(&f->local_ports, &l))
		return false;
	if (f->remote_ports.any && !ports_have(&f->remote_ports, &d))
		return false;
	if (f->either_ports.any && !ports_have(&f->either_ports, &l) &&
	    !ports_have(&f->either_ports, &d))
		return false;
	if (f->local.family && !prefix_has(&f->local, &l))
		return false;
	return !f->remote.family || prefix_has(&f->remote, &d);
}

static bool match_number(unsigned long wanted, const char *value)
{
	unsigned long number;

	if (!wanted)
		return true;
	return value && !number_parse(&number, value, ULONG_MAX) && number == wanted;
}

/* The process that asked, or that has the socket. */
static bool match_pid(unsigned long wanted, const struct record *r)
{
	return match_number(wanted, r->value[SHUTWATCH_KEY_PID]) ||
	       match_number(wanted, r->value[SHUTWATCH_KEY_OWNER]);
}

static bool match_name(unsigned long long set, const struct names *names, const char *value)
{
	int id;

	if (!set)
		return true;
	id = value ? names_find(names, value) : -1;
	return id >= 0 && set >> id & 1;
}

/**
 * filter_asks_more() - whether there is a filter of another sort than kinds
 * @f: what was asked for
 *
 * Return: false where everything passes for which filter_wants_kind() is true.
 */
bool filter_asks_more(const struct filter *f)
{
	return f->sent || f->why || f->pid || f->netns || wants_endpoints(f);
}

/**
 * filter_asks() - whether there is any filter
 * @f: what was asked for
 *
 * Return: false where everything passes.
 */
bool filter_asks(const struct filter *f)
{
	return f->kind || f->no_states || filter_asks_more(f);
}

/**
 * filter_wants_kind() - whether records of a kind may pass, whatever else they say
 * @f: what was asked for
 * @kind: enum shutwatch_kind, or -1 for one that this reader does not know
 *
 * Return: true where it takes filter_match() to tell.
 */
bool filter_wants_kind(const struct filter *f, int kind)
{
	if (kind == SHUTWATCH_KIND_STATE && f->no_states)
		return false;
	return !f->kind || (kind >= 0 && f->kind >> kind & 1);
}

static bool match_kind(const struct filter *f, const char *kind)
{
	if (!f->kind && !f->no_states)
		return true;
	return filter_wants_kind(f, kind ? names_find(&kind_names, kind) : -1);
}

/**
 * filter_match() - whether the user wants to see a record
 * @f: what was asked for
 * @r: the record
 *
 * Return: true where every filter lets it through.
 */
bool filter_match(const struct filter *f, const struct record *r)
{
	if (record_is_note(r))
		return true;
	return match_kind(f, r->value[SHUTWATCH_KEY_KIND]) &&
	       match_name(f->sent, &sent_names, r->value[SHUTWATCH_KEY_SENT]) &&
	       match_name(f->why, &why_names, r->value[SHUTWATCH_KEY_WHY]) &&
	       match_pid(f->pid, r) &&
	       match_number(f->netns, r->value[SHUTWATCH_KEY_NETNS]) &&
	       (!wants_endpoints(f) || match_endpoints(f, r));
}

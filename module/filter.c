// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which sockets are watched.
 *
 * The parameters are written one at a time, at load or later.  Each write
 * makes a new filter from all of them; the hooks read it under RCU.  Until the
 * hooks have proved that they fire, and while they are being taken away, the
 * filter lets nothing through.
 */

#include <linux/ctype.h>
#include <linux/inet.h>
#include <linux/moduleparam.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "filter.h"

static struct sw_filter nothing = { .nothing = true };
DEFINE_STATIC_KEY_FALSE(sw_filter_asks_outcome);
struct sw_filter __rcu *sw_filter = (struct sw_filter __rcu __force *)&nothing;

/* The parameters as last written; protected by the module's parameter lock. */
static struct sw_filter wanted = { .generation = 1 };
static bool opened;

static bool has_prefix(const u8 *addr, const u8 *prefix, unsigned int bits)
{
	unsigned int bytes = bits / 8, rest = bits % 8;

	if (memcmp(addr, prefix, bytes))
		return false;
	return !rest || !((addr[bytes] ^ prefix[bytes]) >> (8 - rest));
}

static bool addr_matches(const struct sw_filter *f, const struct sw_subject *s)
{
	if (!f->addr_family)
		return true;
	return f->addr_family == s->family &&
	       (has_prefix(s->laddr, f->addr, f->addr_bits) ||
		has_prefix(s->raddr, f->addr, f->addr_bits));
}

/*
 * Does it take a port or an address that is not known to say whether a socket
 * passes?  Where the remote port is known, both addresses are.
 */
static bool is_open(const struct sw_filter *f, const struct sw_subject *s)
{
	if (s->lport && s->rport)
		return false;
	if (s->lport && f->lport.n && !sw_has_port(&f->lport, s->lport))
		return false;
	if (!s->rport)
		return true;
	return (!f->rport.n || sw_has_port(&f->rport, s->rport)) &&
	       addr_matches(f, s);
}

/**
 * sw_filter_judge() - is this socket watched?
 * @f: the filter
 * @s: the socket
 *
 * A socket that was let in once stays watched while one of its ports or addresses
 * is not known (tcp_disconnect() clears them), and what is known passes; or while
 * tasks other than @f->pid act on it.
 *
 * Context: any.
 * Return: the verdict.
 */
enum sw_verdict sw_filter_judge(const struct sw_filter *f,
				const struct sw_subject *s)
{
	if (f->everything)
		return SW_ACCEPT;
	if (f->nothing ||
	    (f->family && f->family != s->family) ||
	    (f->netns && f->netns != s->netns))
		return SW_REJECT;
	if (!sw_filter_has_ports(f, s->lport, s->rport) || !addr_matches(f, s))
		return is_open(f, s) ? SW_ACCEPT_KNOWN : SW_REJECT;
	return !f->pid || f->pid == s->pid ? SW_ACCEPT : SW_ACCEPT_OWNED;
}

static bool nothing_set(const struct sw_filter *f)
{
	return !f->lport.n && !f->rport.n && !f->port.n && !f->addr_family &&
	       !f->family && !f->pid && !f->netns;
}

static void publish(struct sw_filter *f)
{
	struct sw_filter *old;

	old = rcu_replace_pointer(sw_filter, f, true);
	if (old != &nothing)
		kfree_rcu(old, rcu);
}

static int publish_wanted(void)
{
	struct sw_filter *f = kmemdup(&wanted, sizeof(wanted), GFP_KERNEL);

	if (!f)
		return -ENOMEM;
	f->everything = nothing_set(f);
	publish(f);
	/* While it is switched, records are let through, or asked in vain. */
	if (f->kind || f->sent || f->why)
		static_branch_enable(&sw_filter_asks_outcome);
	else
		static_branch_disable(&sw_filter_asks_outcome);
	return 0;
}

/* A parameter was written: try it, and keep it only if it can be applied. */
static int apply(const struct sw_filter *changed)
{
	struct sw_filter before = wanted;
	int err = 0;

	wanted = *changed;
	wanted.generation++;
	if (opened)
		err = publish_wanted();
	if (err)
		wanted = before;
	return err;
}

/**
 * sw_filter_open() - begin to let sockets through, as the parameters say
 *
 * Context: process, may sleep.
 * Return: 0 or -ENOMEM.
 */
int sw_filter_open(void)
{
	int err;

	kernel_param_lock(THIS_MODULE);
	err = publish_wanted();
	opened = !err;
	kernel_param_unlock(THIS_MODULE);
	return err;
}

/**
 * sw_filter_shut() - let nothing through any more
 *
 * Context: process, may sleep.
 */
void sw_filter_shut(void)
{
	kernel_param_lock(THIS_MODULE);
	opened = false;
	publish(&nothing);
	kernel_param_unlock(THIS_MODULE);
}

/**
 * sw_filter_exit() - wait until the last filter is freed
 *
 * Context: process, sleeps.
 */
void sw_filter_exit(void)
{
	rcu_barrier();
}

/* ---- parameters: port lists ---- */

/* kstrtouint() takes a sign, too, and zeros before the number. */
static bool is_plain_number(const char *word)
{
	return isdigit(*word) && (*word != '0' || !word[1]);
}

static int parse_port(const char *word, u16 *port)
{
	if (!is_plain_number(word) || kstrtou16(word, 10, port) || !*port)
		return -EINVAL;
	return 0;
}

static int parse_ports(char *text, struct sw_ports *list)
{
	char *word;

	memset(list, 0, sizeof(*list));
	while ((word = strsep(&text, ",")) != NULL) {
		if (!*word && !list->n && !text)
			return 0;	/* empty: not set */
		if (list->n == SW_FILTER_PORTS ||
		    parse_port(word, &list->port[list->n]))
			return -EINVAL;
		list->n++;
	}
	return 0;
}

static struct sw_ports *ports_of(struct sw_filter *f, const struct kernel_param *kp)
{
	return (void *)f + (unsigned long)kp->arg;
}

static int set_ports(const char *val, const struct kernel_param *kp)
{
	struct sw_filter *f;
	char *text;
	int err = -ENOMEM;

	f = kmemdup(&wanted, sizeof(wanted), GFP_KERNEL);
	text = kstrdup(val, GFP_KERNEL);
	if (f && text) {
		err = parse_ports(strstrip(text), ports_of(f, kp));
		if (err)
			pr_err("%s=%.*s: not a port list; write up to %d ports from 1 to 65535, as in %s=80,443, or nothing for all\n",
			       kp->name, (int)strcspn(val, "\n"), val,
			       SW_FILTER_PORTS, kp->name);
		else
			err = apply(f);
	}
	kfree(text);
	kfree(f);
	return err;
}

static int get_ports(char *buf, const struct kernel_param *kp)
{
	const struct sw_ports *list = ports_of(&wanted, kp);
	unsigned int i;
	int n = 0;

	for (i = 0; i < list->n; i++)
		n += scnprintf(buf + n, PAGE_SIZE - n, "%s%u", i ? "," : "",
			       list->port[i]);
	return n + scnprintf(buf + n, PAGE_SIZE - n, "\n");
}

static const struct kernel_param_ops ports_ops = {
	.set = set_ports,
	.get = get_ports,
};

#define PORTS_PARAM(name, text)						\
	module_param_cb(name, &ports_ops,				\
			(void *)offsetof(struct sw_filter, name), 0644);	\
	MODULE_PARM_DESC(name, text)

PORTS_PARAM(lport, "watch only sockets with one of these local ports (list, default all)");
PORTS_PARAM(rport, "watch only sockets with one of these remote ports (list, default all)");
PORTS_PARAM(port, "watch only sockets with one of these ports on either side (list, default all)");

/* ---- parameters: address prefix, family, pid, netns ---- */

/*
 * ::ffff:192.0.2.0/120 is 192.0.2.0/24, as sockets of IPv6 have it.  With less than
 * what makes it IPv4, it would be a prefix of addresses that no record has.
 */
static int unmap_addr(struct sw_filter *f)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (f->addr_family != AF_INET6 || memcmp(f->addr, mapped, sizeof(mapped)))
		return 0;
	if (f->addr_bits < 8 * sizeof(mapped))
		return -EINVAL;
	f->addr_family = AF_INET;
	f->addr_bits -= 8 * sizeof(mapped);
	memmove(f->addr, f->addr + sizeof(mapped), 4);
	return 0;
}

/* 010.0.0.1 is 8.0.0.1 to some, and 10.0.0.1 to in4_pton(). */
static bool has_octal(const char *text, const char *end)
{
	const char *part = end, *p;

	while (part > text && part[-1] != ':')
		part--;
	if (!memchr(part, '.', end - part))
		return false;
	for (p = part; p + 1 < end; p++) {
		if (*p == '0' && isdigit(p[1]) && (p == part || p[-1] == '.'))
			return true;
	}
	return false;
}

static int parse_addr(const char *text, struct sw_filter *f)
{
	const char *slash = strchrnul(text, '/'), *end;
	unsigned int max = 0, bits;

	memset(f->addr, 0, sizeof(f->addr));
	f->addr_family = 0;
	if (!*text)
		return 0;
	if (in4_pton(text, slash - text, f->addr, -1, &end)) {
		f->addr_family = AF_INET;
		max = 32;
	} else if (in6_pton(text, slash - text, f->addr, -1, &end)) {
		f->addr_family = AF_INET6;
		max = 128;
	}
	if (!max || end != slash || has_octal(text, slash))
		return -EINVAL;
	bits = max;
	if (*slash && (!is_plain_number(slash + 1) ||
		       kstrtouint(slash + 1, 10, &bits) || bits > max))
		return -EINVAL;
	f->addr_bits = bits;
	return unmap_addr(f);
}

static int parse_family(const char *text, struct sw_filter *f)
{
	if (!*text)
		f->family = 0;
	else if (!strcmp(text, "4"))
		f->family = AF_INET;
	else if (!strcmp(text, "6"))
		f->family = AF_INET6;
	else
		return -EINVAL;
	return 0;
}

/* There is no process and no namespace 0: it would pass for "all". */
static int parse_number(const char *text, u32 *number)
{
	*number = 0;
	if (!*text)
		return 0;
	return !is_plain_number(text) || kstrtou32(text, 10, number) || !*number ?
	       -EINVAL : 0;
}

static int parse_pid(const char *text, struct sw_filter *f)
{
	return parse_number(text, &f->pid);
}

static int parse_netns(const char *text, struct sw_filter *f)
{
	return parse_number(text, &f->netns);
}

/**
 * struct word_param - a parameter that is one word
 * @parse: writes the word's meaning into a filter; -EINVAL if it has none
 * @cure: what to write instead
 * @now: the word in force, for reading back
 */
struct word_param {
	int		(*parse)(const char *text, struct sw_filter *f);
	const char	*cure;
	char		now[INET6_ADDRSTRLEN + 4];
};

static int set_word(const char *val, const struct kernel_param *kp)
{
	struct word_param *param = kp->arg;
	struct sw_filter *f;
	char *copy, *text;
	int err = -ENOMEM;

	f = kmemdup(&wanted, sizeof(wanted), GFP_KERNEL);
	copy = kstrdup(val, GFP_KERNEL);
	if (!f || !copy)
		goto out;
	text = strstrip(copy);
	err = strlen(text) < sizeof(param->now) ? param->parse(text, f) : -EINVAL;
	if (err)
		pr_err("%s=%s: %s\n", kp->name, text, param->cure);
	else
		err = apply(f);
	if (!err)
		strscpy(param->now, text, sizeof(param->now));
out:
	kfree(copy);
	kfree(f);
	return err;
}

static int get_word(char *buf, const struct kernel_param *kp)
{
	const struct word_param *param = kp->arg;

	return scnprintf(buf, PAGE_SIZE, "%s\n", param->now);
}

static const struct kernel_param_ops word_ops = {
	.set = set_word,
	.get = get_word,
};

#define WORD_PARAM(name, the_cure, text)				\
	static struct word_param name##_param = {			\
		.parse = parse_##name,					\
		.cure = the_cure,					\
	};								\
	module_param_cb(name, &word_ops, &name##_param, 0644);		\
	MODULE_PARM_DESC(name, text)

/* ---- parameters: lists of names ---- */

static const char * const kind_names[] = { SHUTWATCH_KIND_LIST(SHUTWATCH_AS_NAME) };
static const char * const sent_names[] = { SHUTWATCH_SENT_LIST(SHUTWATCH_AS_NAME) };
static const char * const why_names[] = { SHUTWATCH_WHY_LIST(SHUTWATCH_AS_NAME) };

/**
 * struct names_param - a parameter that is a list of names
 * @names: those there are
 * @nr: how many
 * @offset: of the bits in struct sw_filter
 */
struct names_param {
	const char * const	*names;
	unsigned int		nr;
	size_t			offset;
};

static u64 *bits_of(struct sw_filter *f, const struct names_param *param)
{
	return (void *)f + param->offset;
}

static int parse_names(char *text, const struct names_param *param, u64 *bits)
{
	char *word;
	int i;

	*bits = 0;
	if (!*text)
		return 0;
	while ((word = strsep(&text, ",")) != NULL) {
		i = match_string(param->names, param->nr, word);
		if (i < 0)
			return -EINVAL;
		*bits |= BIT_ULL(i);
	}
	return 0;
}

static void show_names(const char *name, const struct names_param *param)
{
	unsigned int i;

	for (i = 0; i < param->nr; i++)
		pr_err("%s: one of them is %s\n", name, param->names[i]);
}

static int set_names(const char *val, const struct kernel_param *kp)
{
	const struct names_param *param = kp->arg;
	struct sw_filter *f;
	char *text;
	int err = -ENOMEM;

	f = kmemdup(&wanted, sizeof(wanted), GFP_KERNEL);
	text = kstrdup(val, GFP_KERNEL);
	if (f && text) {
		err = parse_names(strstrip(text), param, bits_of(f, param));
		if (err) {
			pr_err("%s=%.*s: not a list of names; write them with commas and without spaces, or nothing for all\n",
			       kp->name, (int)strcspn(val, "\n"), val);
			show_names(kp->name, param);
		} else {
			err = apply(f);
		}
	}
	kfree(text);
	kfree(f);
	return err;
}

static int get_names(char *buf, const struct kernel_param *kp)
{
	const struct names_param *param = kp->arg;
	u64 bits = *bits_of(&wanted, param);
	unsigned int i;
	int n = 0;

	for (i = 0; i < param->nr; i++)
		if (bits & BIT_ULL(i))
			n += scnprintf(buf + n, PAGE_SIZE - n, "%s%s",
				       n ? "," : "", param->names[i]);
	return n + scnprintf(buf + n, PAGE_SIZE - n, "\n");
}

static const struct kernel_param_ops names_ops = {
	.set = set_names,
	.get = get_names,
};

#define NAMES_PARAM(name, text)						\
	static const struct names_param name##_param = {		\
		.names = name##_names,					\
		.nr = ARRAY_SIZE(name##_names),				\
		.offset = offsetof(struct sw_filter, name),		\
	};								\
	module_param_cb(name, &names_ops, (void *)&name##_param, 0644);	\
	MODULE_PARM_DESC(name, text)

NAMES_PARAM(kind, "keep only records of these kinds (list, default all)");
NAMES_PARAM(sent, "keep only calls and decisions that sent this: FIN, RST, none (list, default all)");
NAMES_PARAM(why, "keep only calls and decisions with one of these reasons (list, default all)");

WORD_PARAM(addr, "not an address prefix; write 192.0.2.0/24, 2001:db8::/32, or nothing for all; ::ffff:192.0.2.0 is IPv4, and takes /96 and more",
	   "watch only sockets with this address or prefix on either side (default all)");
WORD_PARAM(family, "write 4, 6, or nothing for both",
	   "watch only IPv4 (4) or only IPv6 (6) sockets (default both)");
WORD_PARAM(pid, "not a process id; write the number that ps shows, or nothing for all",
	   "watch only sockets that this process has, from accept() or connect() on, or acts on (default all)");
WORD_PARAM(netns, "not an inode number; write the one that ls -iL /proc/PID/ns/net shows, or nothing for all",
	   "watch only sockets in the network namespace with this inode number (default all)");

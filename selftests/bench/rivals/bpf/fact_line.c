// SPDX-License-Identifier: GPL-2.0-only
/* A record as a line of columns, and the reason, as far as it can be inferred. */

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>

#include "fact_line.h"

#define NS_PER_SEC	1000000000ULL

static const char * const states[] = {
	[0] = "-",
	[TCP_ESTABLISHED] = "EST", [TCP_SYN_SENT] = "SYS", [TCP_SYN_RECV] = "SYR",
	[TCP_FIN_WAIT1] = "FW1", [TCP_FIN_WAIT2] = "FW2", [TCP_TIME_WAIT] = "TW",
	[TCP_CLOSE] = "CLO", [TCP_CLOSE_WAIT] = "CW", [TCP_LAST_ACK] = "LA",
	[TCP_LISTEN] = "LIS", [TCP_CLOSING] = "CLG", [TCP_CLOSING + 1] = "NSR",
};

/* As tcp_shutdown() has it: a bit for each side. */
static const char * const ways[] = { "shut", "shut rd", "shut wr", "shut rdwr" };

static const char *state_of(unsigned int state)
{
	return state < sizeof(states) / sizeof(*states) ? states[state] : "?";
}

static const char *by_of(const struct fact *f)
{
	switch (f->kind) {
	case FACT_STATE:
		return "-";
	case FACT_RESET:
		return "reset";
	}
	switch (f->call) {
	case FACT_CLOSE:
		return "close";
	case FACT_DISCONNECT:
		return "disconn";
	case FACT_SHUTDOWN:
		return f->how < sizeof(ways) / sizeof(*ways) ? ways[f->how] : "shut";
	}
	return "-";
}

static const char *sent_of(const struct fact *f)
{
	static const char * const names[] = { "none", "FIN", "RST" };

	if (f->kind != FACT_CALL && f->kind != FACT_DECISION)
		return "";
	return f->queued ? "FIN.." : names[f->sent];
}

static const char *why_rst(const struct fact *f)
{
	if (f->kind != FACT_CALL)
		return "-";
	if (f->call == FACT_DISCONNECT)
		return "connect_unspec";
	if (f->disconnected)
		return "linger_zero";
	return f->unread ? "unread_data" : "-";
}

static const char *why_nothing(const struct fact *f)
{
	if (f->call == FACT_SHUTDOWN && f->how == 1)
		return "read_side_only";
	switch (f->before) {
	case TCP_CLOSE:
		return "already_closed";
	case TCP_LISTEN:
		return "listener_stopped";
	case TCP_SYN_SENT:
		return "syn_sent";
	case TCP_FIN_WAIT1:
	case TCP_FIN_WAIT2:
	case TCP_LAST_ACK:
	case TCP_CLOSING:
		return "fin_already_sent";
	}
	return "-";
}

static const char *why_of(const struct fact *f)
{
	if (f->kind != FACT_CALL && f->kind != FACT_DECISION)
		return "";
	switch (f->sent) {
	case FACT_SENT_RST:
		return why_rst(f);
	case FACT_SENT_FIN:
		return f->call == FACT_CLOSE ? "close" : "shutdown_write";
	}
	return why_nothing(f);
}

/**
 * fact_header() - print what the columns are
 */
void fact_header(void)
{
	printf("%16s %7s %-15s %10s %8s %5s %-21s %-9s %-7s %-5s %-19s %s\n",
	       "TIME(s)", "PID", "COMM", "NETNS", "COOKIE", "LPORT", "REMOTE", "BY", "STATE",
	       "SENT", "WHY", "UNREAD");
}

/**
 * fact_line() - print a record
 * @f: the record
 */
void fact_line(const struct fact *f)
{
	char address[INET6_ADDRSTRLEN], remote[INET6_ADDRSTRLEN + 8], path[16];

	inet_ntop(f->family, f->raddr, address, sizeof(address));
	snprintf(remote, sizeof(remote), f->family == AF_INET6 ? "[%s]:%u" : "%s:%u", address,
		 ntohs(f->rport));
	snprintf(path, sizeof(path), "%s>%s", state_of(f->before), state_of(f->after));
	printf("%6llu.%09llu %7u %-15.16s %10u %8llx %5u %-21s %-9s %-7s %-5s %-19s",
	       f->ts / NS_PER_SEC, f->ts % NS_PER_SEC, f->pid, f->comm, f->netns, f->cookie,
	       f->lport, remote, by_of(f), path, sent_of(f), why_of(f));
	if (f->kind == FACT_CALL || f->kind == FACT_DECISION)
		printf(" %u", f->unread);
	if (f->kreason)
		printf(" kreason=%u", f->kreason);
	putchar('\n');
}

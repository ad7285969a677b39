// SPDX-License-Identifier: GPL-2.0-only
/*
 * lo shows a packet twice, on its way out and on its way in.  libpcap leaves
 * out the first of the two when it has lo itself open (not "any"), so that
 * what is read here is what was received, once each.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "clock.h"
#include "flows.h"

#define DEVICE		"lo"
#define SNAPLEN		256
#define BUFFER		(8 << 20)
#define MARK_PORT	9
#define MARK_SECONDS	20
#define CLOCK_LOOKS	8

/*
 * Datagrams of ours in the stream of packets mark a moment: whatever was sent
 * before them has been captured when they are, and TCP has it.  That holds for
 * each CPU by itself, which has a queue of its own for what lo is given: there
 * is one from each, since a timer may run on any.
 */
#define FILTER		"tcp or (udp dst port 9 and dst host 127.0.0.1)"

/**
 * struct capture - an open capture
 * @pcap: libpcap's handle
 * @sent: what is sent by a device, and not all on lo
 * @flows: the connections so far
 * @packet: where packets go while capture_read() runs
 * @count: how many are there
 * @max: how many fit
 * @marks: those of ours that have not come by yet
 * @ahead: by how much the wall clock is ahead of that of the records
 * @remarks: what was not as it should be
 */
struct capture {
	pcap_t *pcap;
	bool sent;
	struct flows flows;
	struct packet *packet;
	int count;
	int max;
	int marks;
	__u64 ahead;
	struct remarks *remarks;
};

static int set_filter(pcap_t *pcap)
{
	struct bpf_program program;
	int err = pcap_compile(pcap, &program, FILTER, 1, PCAP_NETMASK_UNKNOWN);

	if (!err) {
		err = pcap_setfilter(pcap, &program);
		pcap_freecode(&program);
	}
	return err;
}

/* When it was sent, and not when a CPU got round to deliver it. */
static int note_times(pcap_t *pcap)
{
	const int on = 1;

	return setsockopt(pcap_fileno(pcap), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
}

static int activate(struct capture *capture, char *errbuf)
{
	pcap_t *pcap = capture->pcap;

	/* Immediate: a packet can be read as soon as it was there. */
	if (pcap_set_snaplen(pcap, SNAPLEN) ||
	    pcap_set_buffer_size(pcap, BUFFER) ||
	    pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO) ||
	    pcap_set_immediate_mode(pcap, 1) || pcap_activate(pcap) < 0 ||
	    (capture->sent && pcap_setdirection(pcap, PCAP_D_OUT)) ||
	    set_filter(pcap) || note_times(pcap))
		return -1;
	if (pcap_datalink(pcap) != DLT_EN10MB)
		return -1;
	return pcap_setnonblock(pcap, 1, errbuf);
}

/* A reader that is kept from looking at one right after the other gets too much. */
static __u64 wall_clock_ahead(void)
{
	__u64 ahead, least = ~0ull;
	struct timespec wall;
	int i;

	for (i = 0; i < CLOCK_LOOKS; i++) {
		const __u64 now = clock_now();

		clock_gettime(CLOCK_REALTIME, &wall);
		ahead = wall.tv_sec * NSEC_PER_SEC + wall.tv_nsec - now;
		if (ahead < least)
			least = ahead;
	}
	return least;
}

static struct capture *open_on(const char *device, bool sent,
			       struct remarks *remarks)
{
	struct capture *capture = calloc(1, sizeof(*capture));
	char errbuf[PCAP_ERRBUF_SIZE] = "";

	if (!capture) {
		remark(remarks, "no memory for the capture");
		return NULL;
	}
	capture->sent = sent;
	capture->ahead = wall_clock_ahead();
	capture->pcap = pcap_create(device, errbuf);
	if (!capture->pcap) {
		remark(remarks, "cannot capture on %s: %s", device, errbuf);
		free(capture);
		return NULL;
	}
	if (activate(capture, errbuf)) {
		remark(remarks, "cannot capture on %s: %s %s", device,
		       pcap_geterr(capture->pcap), errbuf);
		capture_close(capture);
		return NULL;
	}
	return capture;
}

/**
 * capture_open - begin to capture
 * @remarks: where to say why not
 *
 * Return: the capture, or NULL.
 */
struct capture *capture_open(struct remarks *remarks)
{
	return open_on(DEVICE, false, remarks);
}

/**
 * capture_open_sent - begin to capture what is sent by a device
 * @device: its name
 * @remarks: where to say why not
 *
 * The numbers of such packets stay absolute: who has those of the other side,
 * too, makes them relative.
 *
 * Return: the capture, or NULL.
 */
struct capture *capture_open_sent(const char *device, struct remarks *remarks)
{
	return open_on(device, true, remarks);
}

/**
 * capture_close - end a capture
 * @capture: it
 */
void capture_close(struct capture *capture)
{
	pcap_close(capture->pcap);
	free(capture);
}

static int send_mark(void)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(MARK_PORT),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ssize_t sent;

	if (fd < 0)
		return -1;
	sent = sendto(fd, "mark", 4, 0, (struct sockaddr *)&to, sizeof(to));
	close(fd);
	return sent == 4 ? 0 : -1;
}

static int send_mark_from(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ?: send_mark();
}

/* From each CPU that is online: returns how many, or -1. */
static int send_marks(void)
{
	const int cpus = sysconf(_SC_NPROCESSORS_CONF);
	int cpu, count = 0, err = 0;
	cpu_set_t home;

	if (sched_getaffinity(0, sizeof(home), &home))
		return -1;
	for (cpu = 0; cpu < cpus && !err; cpu++) {
		err = send_mark_from(cpu);
		if (err && errno == EINVAL)
			err = 0;
		else
			count++;
	}
	err = sched_setaffinity(0, sizeof(home), &home) ?: err;
	return err ? -1 : count;
}

static void take(u_char *user, const struct pcap_pkthdr *header,
		 const u_char *frame)
{
	struct capture *capture = (struct capture *)user;
	struct packet packet;

	if (!packet_decode(&packet, frame, header->caplen)) {
		capture->marks--;
		return;
	}
	/* The precision was asked for: these are nanoseconds. */
	packet.time = header->ts.tv_sec * NSEC_PER_SEC + header->ts.tv_usec -
		      capture->ahead;
	if (!capture->sent && !flows_follow(&capture->flows, &packet))
		remark(capture->remarks, "more connections than can be followed");
	if (capture->count == capture->max) {
		remark(capture->remarks, "more packets than can be kept");
		return;
	}
	capture->packet[capture->count++] = packet;
}

static void read_until_marks(struct capture *capture)
{
	struct pollfd pfd = {
		.fd = pcap_get_selectable_fd(capture->pcap),
		.events = POLLIN,
	};
	__u64 deadline = clock_in(MARK_SECONDS);

	while (capture->marks > 0 && clock_now() < deadline) {
		poll(&pfd, 1, 100);
		if (pcap_dispatch(capture->pcap, -1, take, (u_char *)capture) < 0)
			break;
	}
	if (capture->marks > 0)
		remark(capture->remarks, "the capture stopped short: %s",
		       pcap_geterr(capture->pcap));
}

/* What was sent is there at once. */
static void read_sent(struct capture *capture)
{
	int count;

	do {
		count = pcap_dispatch(capture->pcap, -1, take, (u_char *)capture);
	} while (count > 0);
	if (count < 0)
		remark(capture->remarks, "the capture stopped short: %s",
		       pcap_geterr(capture->pcap));
}

static void read_lo(struct capture *capture)
{
	capture->marks = send_marks();
	if (capture->marks < 0)
		remark(capture->remarks, "cannot mark the end of the capture");
	else
		read_until_marks(capture);
}

/**
 * capture_read - the packets since the last time
 * @capture: an open capture
 * @packet: where they go
 * @max: how many fit
 * @remarks: where to tell of packets that are missing
 *
 * All that was sent before the call is among them, and maybe more.
 *
 * Return: how many there are.
 */
int capture_read(struct capture *capture, struct packet *packet, int max,
		 struct remarks *remarks)
{
	struct pcap_stat stat = {};

	capture->packet = packet;
	capture->count = 0;
	capture->max = max;
	capture->remarks = remarks;
	if (capture->sent)
		read_sent(capture);
	else
		read_lo(capture);
	if (pcap_stats(capture->pcap, &stat) || stat.ps_drop)
		remark(remarks, "the capture lost %u packets", stat.ps_drop);
	return capture->count;
}

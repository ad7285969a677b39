// SPDX-License-Identifier: GPL-2.0-only
/*
 * annotate: each FIN and RST of this host in a capture gets a comment that says
 * which call it came of, and why.  The capture is read twice: to know which packet
 * is which, all have to be seen.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "annotate/pcapfile.h"
#include "annotate/told.h"
#include "commands.h"
#include "each.h"
#include "number.h"
#include "out.h"
#include "quote.h"
#include "say.h"
#include "source.h"
#include "saved/wallclock.h"
#include "story/who.h"

#define NS_PER_SEC	1000000000LL
#define NS_PER_MS	1000000LL

/**
 * struct annotation - what is known
 * @flows: what was told, and what was seen
 * @first: the time of the first packet
 * @last: of the last one
 * @by_number: the FINs and RSTs, in the order of the capture
 * @nr: how many
 * @nr_short: packets of which the flags were not captured
 * @nr_short_ip: packets of which not even that was captured whether they are TCP
 * @nr_foreign: packets of a link type that is not understood
 * @foreign: the last of those link types
 * @nr_records: how many records there are
 * @has_losses: records are missing
 */
struct annotation {
	struct flows flows;
	long long first, last;
	struct by_number *by_number;
	size_t nr;
	unsigned long nr_short, nr_short_ip, nr_foreign, nr_records;
	unsigned int foreign;
	bool has_losses;
};

/**
 * struct by_number - a FIN or RST with where it is
 * @seen: the packet
 * @flow: its flow
 * @sort: which of the two
 */
struct by_number {
	const struct seen *seen;
	const struct flow *flow;
	enum flow_sort sort;
};

/* ---- what records tell ---- */

static void tell(void *context, const struct record *r, const char *line,
		 const struct saved *saved, bool passes)
{
	struct annotation *a = context;
	const char *ts = record_value(r, SHUTWATCH_KEY_TS);
	unsigned long long ns;

	(void)line;
	(void)saved;
	a->nr_records++;
	a->has_losses |= record_is_note(r);
	/* Of a packet that has a record which does not pass, it is to be known. */
	if (ts && !number_parse_ns(&ns, ts))
		flows_tell(&a->flows, r, wallclock_of(ns), passes);
}

/* ---- what the capture has ---- */

/* A capture of several devices may have others besides those of TCP. */
static bool knows_any_link(const struct annotation *a, const struct pcapfile *f)
{
	if (!a->nr_foreign || a->nr_foreign < f->number)
		return true;
	say("%s: link type %u is not understood: of those that tcpdump writes on Linux,\n"
	    "  Ethernet, cooked (SLL, SLL2), raw IP and loopback are: tcpdump -i any -w FILE",
	    f->path, a->foreign);
	return false;
}

static void see(struct annotation *a, const struct pcapfile *f, const struct pcap_packet *p)
{
	struct wire_segment s;

	if (!a->first || p->when < a->first)
		a->first = p->when;
	if (p->when > a->last)
		a->last = p->when;
	if (!dissect_knows(p->link)) {
		a->nr_foreign++;
		a->foreign = p->link;
		return;
	}
	switch (dissect(&s, p->link, p->data, p->captured)) {
	case DISSECT_TCP:
		flows_see(&a->flows, &s, f->number, p->when);
		break;
	case DISSECT_SHORT:
		a->nr_short++;
		break;
	case DISSECT_SHORT_IP:
		a->nr_short_ip++;
		break;
	case DISSECT_OTHER:
		break;
	}
}

static bool see_all(struct annotation *a, struct pcapfile *f)
{
	enum pcap_found found;
	struct pcap_packet p;

	while ((found = pcapfile_next(f, &p)) != PCAP_END && found != PCAP_WRONG) {
		if (found != PCAP_PACKET)
			continue;
		see(a, f, &p);
	}
	/* What was read before it is of use all the same. */
	return knows_any_link(a, f);
}

static int compare_numbers(const void *a, const void *b)
{
	const struct by_number *x = a, *y = b;

	return (x->seen->number > y->seen->number) - (x->seen->number < y->seen->number);
}

static void match_all(struct annotation *a)
{
	const struct seen *s;
	struct flow *flow;
	size_t nr = 0;
	int sort;

	for (flow = a->flows.first; flow; flow = flow->next) {
		for (sort = 0; sort < FLOW_SORTS; sort++) {
			flow_match(flow, sort);
			nr += flow->nr_seen[sort];
		}
	}
	a->by_number = calloc(nr + 1, sizeof(*a->by_number));
	if (!a->by_number)
		err(EXIT_FAILURE, "records");
	for (flow = a->flows.first; flow; flow = flow->next) {
		for (sort = 0; sort < FLOW_SORTS; sort++) {
			for (s = flow->seen[sort]; s; s = s->next)
				a->by_number[a->nr++] = (struct by_number) { s, flow, sort };
		}
	}
	qsort(a->by_number, a->nr, sizeof(*a->by_number), compare_numbers);
}

/* ---- the copy ---- */

/* How long behind its record a packet left. */
static long long late(const struct seen *s)
{
	return s->when > s->told->ended ? s->when - s->told->ended : 0;
}

static const char *comment_of(char *to, const struct by_number *b)
{
	long long ms;

	if (!b->seen->told || !b->seen->told->passes)
		return NULL;
	snprintf(to, WHAT_SIZE, "shutwatch: %s%s: ", flow_sort_names[b->sort],
		 b->seen->is_again ? ", sent or captured again" : "");
	what_add(to, "", b->seen->told->text);
	ms = late(b->seen) / NS_PER_MS;
	if (!b->seen->is_again && ms > 1000)
		snprintf(to + strlen(to), WHAT_SIZE - strlen(to), "; %+lld ms apart", ms);
	return to;
}

static bool copy_all(const struct annotation *a, struct pcapfile *f, FILE *out)
{
	char text[WHAT_SIZE];
	enum pcap_found found;
	struct pcap_packet p;
	const char *comment;
	size_t next = 0;

	if (!pcapng_begin(out, f))
		return false;
	while ((found = pcapfile_next(f, &p)) == PCAP_PACKET || found == PCAP_OTHER) {
		comment = NULL;
		if (found == PCAP_PACKET && next < a->nr &&
		    a->by_number[next].seen->number == f->number)
			comment = comment_of(text, &a->by_number[next++]);
		if (!pcapng_copy(out, f, found == PCAP_PACKET ? &p : NULL, comment))
			return false;
	}
	return true;
}

/* It is read twice, and what was found goes to standard output. */
static bool is_dash(const struct options *o)
{
	if (strcmp(o->words[0], "-") && strcmp(o->words[1], "-"))
		return false;
	say("'-' is no file here: 'annotate' needs %s", o->command->args);
	return true;
}

static bool is_input(const struct options *o, const char *path)
{
	if (is_same_file(o->words[0], path))
		say("%s: this is the capture itself: name another file for the copy", path);
	else if (o->saved && is_same_file(o->saved, path))
		say("%s: these are the records: name another file for the copy", path);
	else
		return false;
	return true;
}

static bool write_copy(const struct annotation *a, struct pcapfile *f, const char *path)
{
	FILE *out;
	bool written;

	out = fopen(path, "we");
	if (!out) {
		say("%s: %s", path, strerror(errno));
		return false;
	}
	written = pcapfile_rewind(f) && copy_all(a, f, out);
	if (fclose(out) || !written) {
		say("%s: cannot write: %s", path, strerror(errno));
		return false;
	}
	return true;
}

/* ---- what is left over ---- */

/* What there is to say is far shorter than the longest line. */
#define put(...)	out_done(out_line() + snprintf(out_line(), OUT_LINE, __VA_ARGS__))

static void put_segment(const char *before, long long when, const struct flow *flow,
			enum flow_sort sort, const char *text)
{
	char clock[WALLCLOCK_SIZE], from[ENDPOINT_SIZE], to[ENDPOINT_SIZE];

	wallclock_text(clock, when);
	endpoint_text(from, &flow->from);
	endpoint_text(to, &flow->to);
	put("  %s%s %s > %s %s%s%s\n", before, clock, from, to, flow_sort_names[sort],
	    text ? ": " : "", text ? text : "");
}

static bool was_here(const struct annotation *a, const struct told *t)
{
	return t->ended >= a->first - NS_PER_SEC && t->began <= a->last + NS_PER_SEC;
}

/**
 * struct left_over - a FIN or RST that was told and not captured
 * @told: it
 * @flow: its flow
 * @sort: which of the two
 */
struct left_over {
	const struct told *told;
	const struct flow *flow;
	enum flow_sort sort;
};

/*
 * Told while the capture ran, of a connection that it has something of.  What was
 * queued behind data and stayed there is no finding.
 */
static size_t collect(const struct annotation *a, bool queued, struct left_over *to)
{
	const struct flow *flow;
	const struct told *t;
	size_t nr = 0;
	int sort;

	for (flow = a->flows.first; flow; flow = flow->next) {
		for (sort = 0; sort < FLOW_SORTS && flow->is_captured; sort++) {
			for (t = flow->told[sort]; t; t = t->next) {
				if (t->is_matched || !t->passes ||
				    t->is_queued != queued || !was_here(a, t))
					continue;
				if (to)
					to[nr] = (struct left_over) { t, flow, sort };
				nr++;
			}
		}
	}
	return nr;
}

static int compare_times(const void *a, const void *b)
{
	const struct left_over *x = a, *y = b;

	return (x->told->ended > y->told->ended) - (x->told->ended < y->told->ended);
}

static void put_not_captured(const struct annotation *a, size_t nr)
{
	struct left_over *left = calloc(nr + 1, sizeof(*left));
	size_t i;

	if (!left)
		err(EXIT_FAILURE, "records");
	collect(a, false, left);
	qsort(left, nr, sizeof(*left), compare_times);
	put("told, and not captured:\n");
	for (i = 0; i < nr; i++)
		put_segment("", left[i].told->ended, left[i].flow, left[i].sort,
			    left[i].told->text);
	free(left);
}

static void put_without_record(const struct annotation *a)
{
	const struct by_number *b;
	char number[32];
	size_t i;

	put("on the wire, without a record:\n");
	for (i = 0; i < a->nr; i++) {
		b = &a->by_number[i];
		if (b->seen->told)
			continue;
		snprintf(number, sizeof(number), "#%lu ", b->seen->number);
		put_segment(number, b->seen->when, b->flow, b->sort, NULL);
	}
}

/* What the capture and the records do not tell. */
static void put_limits(const struct annotation *a, const struct options *o)
{
	if (a->nr_short)
		put("%lu TCP packets were cut before their flags: tcpdump -s 128 captures more\n",
		    a->nr_short);
	if (a->nr_short_ip)
		put("%lu packets were cut before it shows whether they are TCP: tcpdump -s 128 captures more\n",
		    a->nr_short_ip);
	if (a->nr_foreign)
		put("%lu packets of link type %u, which is not understood, are copied as they are\n",
		    a->nr_foreign, a->foreign);
	if (a->has_losses)
		put("records were lost: see shutwatch events --kind lost,skipped%s%s\n",
		    o->saved ? " -r " : "", o->saved ? quoted(o->saved) : "");
}

static bool report(const struct annotation *a, const struct options *o)
{
	size_t without = 0, others = 0, doubtful = 0, not_captured = collect(a, false, NULL), i;
	size_t queued = collect(a, true, NULL);
	const char *path = o->words[1];
	const struct told *t;

	for (i = 0; i < a->nr; i++) {
		t = a->by_number[i].seen->told;
		without += !t;
		others += t && !t->passes;
		doubtful += a->by_number[i].seen->is_doubtful;
	}
	put("%s: %zu FINs and RSTs of this host, %zu without a record; %zu told and not captured\n",
	    path, a->nr, without, not_captured);
	if (filter_asks(&o->filter))
		put("only records that pass are told of: %zu of these have one that does not, and no comment\n",
		    others);
	if (without)
		put_without_record(a);
	if (doubtful)
		put("%zu of these may have a record: of which it is, nothing tells for certain\n",
		    doubtful);
	if (not_captured)
		put_not_captured(a, not_captured);
	if (queued)
		put("FINs queued behind data, which never left: %zu\n", queued);
	put_limits(a, o);
	return out_flush();
}

/**
 * run_annotate() - copy a capture with comments
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_annotate(const struct options *o)
{
	static struct annotation a;
	struct pcapfile f;
	int status;

	if (is_dash(o))
		return options_error();
	if (is_input(o, o->words[1]) || !pcapfile_open(&f, o->words[0]))
		return EXIT_FAILURE;
	status = each_record(o, tell, &a);
	flows_told(&a.flows);
	/* Of a part of the records there is something to say. */
	if ((status != EXIT_SUCCESS && !a.nr_records) || !see_all(&a, &f)) {
		pcapfile_close(&f);
		return EXIT_FAILURE;
	}
	match_all(&a);
	if (!write_copy(&a, &f, o->words[1]) || !report(&a, o))
		status = EXIT_FAILURE;
	if (f.is_cut) {
		say("%s: it is cut short in the middle of packet %lu; what was before it is copied\n"
		    "  was tcpdump killed, or the disk full? copy the file anew, or do with what there is",
		    f.path, f.number + 1);
		status = EXIT_FAILURE;
	}
	if (f.is_wrong)
		status = EXIT_FAILURE;
	pcapfile_close(&f);
	return status;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "metrics.h"

#define COUNTER(stat, name, label, help) \
	{ stat, "shutwatch_" name "_total", label, "counter", help }
#define GAUGE(stat, name, label, help) \
	{ stat, "shutwatch_" name, label, "gauge", help }

const struct metric metrics_of_stats[] = {
	COUNTER("records", "records", NULL, "Records written to the ring."),
	COUNTER("filtered", "filtered", NULL, "Hits of hooks that a filter turned away."),
	COUNTER("lost.", "lost", "what",
		"Records and calls that were not kept, not read in time, or not followed."),
	COUNTER("evicted", "sockets_evicted", NULL,
		"Sockets that were forgotten to make room for others."),
	COUNTER("unknown", "reason_unknown", NULL, "Records whose reason is not known."),
	COUNTER("rst_failed", "rst_failed", NULL,
		"RSTs that the kernel decided on and could not send."),
	COUNTER("kreason_mismatch", "kreason_mismatch", NULL,
		"Records in which our reason and the kernel's do not fit."),
	GAUGE("sockets", "sockets", NULL, "Sockets that are followed."),
	GAUGE("readers", "readers", NULL, "Open files of records."),
	GAUGE("kprobes", "kprobes_enabled", NULL, "1 if the kernel's kprobes work."),
	GAUGE("armed.", "hook_armed", "hook", "1 if the hook is in place."),
	COUNTER("hits.", "hook_hits", "hook", "How often the hook was hit."),
	COUNTER("nmissed.", "hook_missed", "hook", "Hits that the kernel skipped."),
	GAUGE("caller.", "caller_found", "function", "1 if a function that names causes is found."),
	{ NULL, NULL, NULL, NULL, NULL }
};

static const struct metric info = {
	NULL, "shutwatch_info", NULL, "gauge", "Always 1; which shutwatch it is."
};

static const struct metric endings = {
	NULL, "shutwatch_endings_total", NULL, "counter",
	"Calls and decisions, by cause, what was sent, and why."
};

static char *put(char *to, const char *text)
{
	return stpcpy(to, text);
}

/*
 * A name of the module's; what would end the string is none, but who knows.  What
 * a terminal could not show is in no name, but in a file that somebody sent.
 */
static char *put_label(char *to, const char *name, const char *value)
{
	to = put(put(to, name), "=\"");
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			*to++ = '\\';
		*to++ = *value >= ' ' && *value <= '~' ? *value : '?';
	}
	return put(to, "\"");
}

/**
 * metrics_about() - write what a metric is
 * @to: where to
 * @m: the metric
 *
 * Return: the byte behind it.
 */
char *metrics_about(char *to, const struct metric *m)
{
	return to + sprintf(to, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help,
			    m->name, m->type);
}

/* Return: what is behind the name of the metric, NULL if it is another one. */
static const char *rest(const struct metric *m, const char *stat)
{
	size_t len = strlen(m->stat);

	if (strncmp(stat, m->stat, len) || (stat[len] && !m->label))
		return NULL;
	return stat + len;
}

/**
 * metrics_stat() - write a line of stats, if it belongs to a metric
 * @to: where to
 * @m: the metric
 * @stat: the name in stats
 * @value: its value
 *
 * Return: the byte behind it; @to if it does not.
 */
char *metrics_stat(char *to, const struct metric *m, const char *stat, const char *value)
{
	const char *label = rest(m, stat);

	if (!label)
		return to;
	to = put(to, m->name);
	if (m->label)
		to = put(put_label(put(to, "{"), m->label, label), "}");
	return put(put(put(to, " "), value), "\n");
}

/**
 * metrics_info() - write which shutwatch it is
 * @to: where to
 *
 * Return: the byte behind it.
 */
char *metrics_info(char *to)
{
	to = metrics_about(to, &info);
	return to + sprintf(to, "%s{abi=\"%d\",version=\"%s\"} 1\n", info.name,
			    SHUTWATCH_ABI, SHUTWATCH_VERSION);
}

/**
 * metrics_total_about() - write what totals are
 * @to: where to
 *
 * Return: the byte behind it.
 */
char *metrics_total_about(char *to)
{
	return metrics_about(to, &endings);
}

static const char *value_of(const struct record *r, enum shutwatch_key key)
{
	return r->value[key] ? r->value[key] : SHUTWATCH_NOTHING;
}

/**
 * metrics_total() - write a line of totals
 * @to: where to
 * @r: the line
 *
 * Return: the byte behind it.
 */
char *metrics_total(char *to, const struct record *r)
{
	to = put(put(to, endings.name), "{");
	to = put_label(to, "by", value_of(r, SHUTWATCH_KEY_BY));
	to = put_label(put(to, ","), "sent", value_of(r, SHUTWATCH_KEY_SENT));
	to = put_label(put(to, ","), "why", value_of(r, SHUTWATCH_KEY_WHY));
	return put(put(put(to, "} "), value_of(r, SHUTWATCH_KEY_COUNT)), "\n");
}

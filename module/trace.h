/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Showing records to whoever has their tracepoint on: perf, trace-cmd, bpftrace.
 *
 * This is what the handlers see of it: a nop, until somebody asks.  What a
 * tracepoint tells is in tracepoints.h.
 */
#ifndef _SHUTWATCH_TRACE_H
#define _SHUTWATCH_TRACE_H

#include <linux/tracepoint-defs.h>

#include "record.h"

DECLARE_TRACEPOINT(call);
DECLARE_TRACEPOINT(decision);
DECLARE_TRACEPOINT(state);
DECLARE_TRACEPOINT(reset);
DECLARE_TRACEPOINT(skipped);

void sw_trace_record(const struct sw_record *rec, u64 seq);

/**
 * sw_trace() - show a record, if anybody asks
 * @event: the tracepoint of its kind
 * @rec: the record, not yet published: nobody else writes to it
 * @seq: its number
 *
 * Context: any, preemption disabled.
 */
#define sw_trace(event, rec, seq)					\
do {									\
	if (tracepoint_enabled(event))					\
		sw_trace_record(rec, seq);				\
} while (0)

#endif /* _SHUTWATCH_TRACE_H */

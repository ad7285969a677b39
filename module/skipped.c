// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel did not let us see, told in the stream.
 *
 * A reader of records would not know that some are missing: a probe is skipped
 * inside another one's handler, all kprobes can be switched off, a call finds no
 * room to be followed.  Once a second the numbers are looked at, and what has
 * grown is told.
 *
 * Whether kprobes work at all, only a kprobe can say: one of our own, on a
 * function of our own, is hit each time.
 */

#include <linux/cache.h>
#include <linux/compiler.h>
#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/workqueue.h>

#include "counters.h"
#include "emit.h"
#include "hooks.h"
#include "skipped.h"

#define PERIOD		HZ

/**
 * struct watched - a number of which every growth is told
 * @what: how it is called in the stream
 * @read: reads it
 * @told: what it was when it was told last
 */
struct watched {
	u8	what;
	u64	(*read)(void);
	u64	told;
};

static const struct sw_hook *hooks;

static u64 probes_skipped(void)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < SW_HOOK_COUNT; i++)
		sum += hooks[i].armed ? sw_hook_nmissed(&hooks[i]) : 0;
	return sum;
}

static u64 calls_lost(void)
{
	return sw_counter_sum(SW_COUNT_LOST_CALLS);
}

static u64 returns_lost(void)
{
	return sw_counter_sum(SW_COUNT_LOST_RETURNS);
}

static u64 evicted(void)
{
	return sw_counter_sum(SW_COUNT_EVICTED);
}

/* Of the work alone; nobody else looks at them. */
static struct watched all_watched[] = {
	{ SHUTWATCH_WHAT_PROBE, probes_skipped },
	{ SHUTWATCH_WHAT_CALL, calls_lost },
	{ SHUTWATCH_WHAT_RETURN, returns_lost },
	{ SHUTWATCH_WHAT_EVICTED, evicted },
};

/* ---- do kprobes work? ---- */

static unsigned int canary_hits;
static bool canary_armed;
bool sw_kprobes_working __read_mostly = true;

/* Nothing but a place for a probe. */
static noinline void canary(void)
{
	barrier();
}

static int canary_hit(struct kprobe *kp, struct pt_regs *regs)
{
	canary_hits++;
	return 0;
}
NOKPROBE_SYMBOL(canary_hit);

static struct kprobe canary_probe = { .pre_handler = canary_hit };

/* Preemption may bring it to another CPU, but nobody else hits it. */
static bool canary_sings(void)
{
	unsigned int before = READ_ONCE(canary_hits);

	canary();
	return READ_ONCE(canary_hits) != before;
}

static void look_at_kprobes(void)
{
	bool work = !canary_armed || canary_sings();

	if (work == sw_kprobes_work())
		return;
	WRITE_ONCE(sw_kprobes_working, work);
	sw_emit_skipped(work ? SHUTWATCH_WHAT_KPROBES_ON :
			       SHUTWATCH_WHAT_KPROBES_OFF, 0);
}

/* ---- the work ---- */

static void look(struct work_struct *work);
static DECLARE_DELAYED_WORK(look_work, look);

static void look(struct work_struct *work)
{
	unsigned int i;

	look_at_kprobes();
	for (i = 0; i < ARRAY_SIZE(all_watched); i++) {
		struct watched *watched = &all_watched[i];
		u64 now = watched->read();

		if (now != watched->told)
			sw_emit_skipped(watched->what, now - watched->told);
		watched->told = now;
	}
	schedule_delayed_work(&look_work, PERIOD);
}

/**
 * sw_skipped_init() - begin to look
 * @table: the hooks, armed
 *
 * Context: process, sleeps.
 */
void sw_skipped_init(const struct sw_hook *table)
{
	unsigned int i;
	int err;

	hooks = table;
	/* What the self-check brought about is nobody's business. */
	for (i = 0; i < ARRAY_SIZE(all_watched); i++)
		all_watched[i].told = all_watched[i].read();
	canary_probe.addr = (kprobe_opcode_t *)canary;
	err = register_kprobe(&canary_probe);
	canary_armed = !err;
	if (err)
		pr_warn("cannot probe a function of our own (error %d): that kprobes are switched off will not be told\n",
			err);
	schedule_delayed_work(&look_work, PERIOD);
}

/**
 * sw_skipped_exit() - look no more
 *
 * The hooks are still in place.
 *
 * Context: process, sleeps.
 */
void sw_skipped_exit(void)
{
	cancel_delayed_work_sync(&look_work);
	if (canary_armed)
		unregister_kprobe(&canary_probe);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * shutwatch: how TCP connections end
 *
 * Says of every socket which call ended it, what the kernel sent because of
 * that, and why.  See module/uapi/ABI for what is shown, probes.c for what is
 * hooked, README.md, at its end, for the map of the sources, and DESIGN for the
 * way of a hit through them, and for who may hold what when the module goes.
 */

#include <linux/init.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/stringify.h>

#include "callers.h"
#include "calls.h"
#include "files.h"
#include "filter.h"
#include "kreason.h"
#include "probes.h"
#include "ring.h"
#include "selfcheck.h"
#include "skipped.h"
#include "sock.h"
#include "socktab.h"

#define SIZES(what)							\
	"(" __stringify(SHUTWATCH_##what##_MIN) " to "			\
	__stringify(SHUTWATCH_##what##_MAX) ", rounded up to a power of two, default " \
	__stringify(SHUTWATCH_##what##_DEFAULT) ")"

static unsigned int ring = SHUTWATCH_RING_DEFAULT;
module_param(ring, uint, 0444);
MODULE_PARM_DESC(ring, "records that are kept, 160 bytes each " SIZES(RING));

static unsigned int sockets = SHUTWATCH_SOCKETS_DEFAULT;
module_param(sockets, uint, 0444);
MODULE_PARM_DESC(sockets, "sockets that are followed, 208 bytes each " SIZES(SOCKETS));

static int check_size(const char *name, unsigned int *value, unsigned int min,
		      unsigned int max)
{
	if (*value < min || *value > max) {
		pr_err("%s=%u: out of range; write a number from %u to %u\n",
		       name, *value, min, max);
		return -EINVAL;
	}
	*value = roundup_pow_of_two(*value);
	return 0;
}

static int __init check_parameters(void)
{
	return check_size("ring", &ring, SHUTWATCH_RING_MIN, SHUTWATCH_RING_MAX) ?:
	       check_size("sockets", &sockets, SHUTWATCH_SOCKETS_MIN,
			  SHUTWATCH_SOCKETS_MAX);
}

static int __init shutwatch_init(void)
{
	int err;

	err = check_parameters();
	if (err)
		return err;
	err = sw_ring_init(ring);
	if (err)
		return err;
	err = sw_socktab_init(sockets);
	if (err)
		goto err_ring;
	err = sw_calls_init();
	if (err)
		goto err_socktab;
	err = sw_totals_init();
	if (err)
		goto err_calls;
	sw_kreason_init();
	sw_callers_init();
	sw_sock_init();
	err = sw_hooks_arm(sw_hooks);
	if (err)
		goto err_totals;
	err = sw_selfcheck(sw_hooks);
	if (err)
		goto err_hooks;
	err = sw_filter_open();
	if (err)
		goto err_hooks;
	/* The last that can fail: a file may be opened as soon as it is there. */
	err = sw_files_init(sw_hooks);
	if (err)
		goto err_filter;
	sw_skipped_init(sw_hooks);
	return 0;

err_filter:
	sw_filter_shut();
err_hooks:
	sw_hooks_disarm(sw_hooks);
	sw_filter_exit();
err_totals:
	sw_totals_exit();
err_calls:
	sw_calls_exit();
err_socktab:
	sw_socktab_exit();
err_ring:
	sw_ring_exit();
	return err;
}

/*
 * First nothing new comes in, then the hooks go; when they are gone, no
 * handler runs and no call is in flight that could still write.  No file is
 * open.
 */
static void __exit shutwatch_exit(void)
{
	sw_skipped_exit();
	sw_filter_shut();
	sw_hooks_disarm(sw_hooks);
	sw_files_exit();
	sw_totals_exit();
	sw_calls_exit();
	sw_socktab_exit();
	sw_ring_exit();
	sw_filter_exit();
}

module_init(shutwatch_init);
module_exit(shutwatch_exit);

MODULE_DESCRIPTION("Says which call ended a TCP connection, what was sent, and why");
MODULE_AUTHOR("The shutwatch developers");
MODULE_VERSION(SHUTWATCH_VERSION);
MODULE_LICENSE("GPL");

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What main() of a test is that needs the module and nothing else, and what that
 * of others has to do with it.
 */
#ifndef MODULE_MAIN_H
#define MODULE_MAIN_H

#include <kselftest_harness.h>

#include "clock.h"
#include "module.h"

/*
 * A test that waits for something in vain gives up after ten seconds, and some
 * wait for several things: all of them have to get as far as telling about it.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	90

/**
 * module_skip_all - leave out all tests, and end
 * @why: there is something that none can do without
 *
 * In our own virtual machine all is there, unless the module is left out;
 * elsewhere it may be missing.
 */
static inline void module_skip_all(const char *why)
{
	ksft_print_header();
	if (getenv(MODULE_VM_ENV) && !module_is_left_out())
		ksft_exit_fail_msg("%s\n", why);
	ksft_exit_skip("%s\n", why);
}

/**
 * module_tell_without - say that there are no records
 * @why: why not
 *
 * The harness, then, leaves out the header that comes before.
 */
static inline void module_tell_without(const char *why)
{
	ksft_print_header();
	ksft_print_msg("without records: %s\n", why);
	ksft_print_msg("two witnesses instead of three: the wire, and what the program got\n");
	setenv("KSFT_TAP_LEVEL", "1", 0);
}

/**
 * module_run - run the tests, with more patience where the kernel is slow
 * @argc: of main()
 * @argv: of main()
 *
 * Return: what main() is to return.
 */
static inline int module_run(int argc, char **argv)
{
	struct __fixture_metadata *f;
	struct __test_metadata *t;

	for (f = __fixture_list; f; f = f->next)
		for (t = f->tests; t; t = t->next)
			t->timeout *= clock_slow();
	return test_harness_run(argc, argv);
}

/**
 * module_main - run the tests, if the module is there
 * @argc: of main()
 * @argv: of main()
 *
 * Return: what main() is to return.
 */
static inline int module_main(int argc, char **argv)
{
	char why[256];

	if (!module_is_there(why, sizeof(why)))
		module_skip_all(why);
	return module_run(argc, argv);
}

#endif /* MODULE_MAIN_H */

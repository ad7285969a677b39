/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What main() of a test is that needs the module and nothing else.
 */
#ifndef MODULE_MAIN_H
#define MODULE_MAIN_H

#include <kselftest_harness.h>

#include "module.h"

/**
 * module_main - run the tests, if the module is there
 * @argc: of main()
 * @argv: of main()
 *
 * In our own virtual machine all is there; elsewhere it may be missing.
 *
 * Return: what main() is to return.
 */
static inline int module_main(int argc, char **argv)
{
	char why[256];

	if (!module_is_there(why, sizeof(why))) {
		ksft_print_header();
		if (getenv(MODULE_VM_ENV))
			ksft_exit_fail_msg("%s\n", why);
		ksft_exit_skip("%s\n", why);
	}
	return test_harness_run(argc, argv);
}

#endif /* MODULE_MAIN_H */

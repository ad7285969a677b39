/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test of trials consists of: TRIALS(name) once, TEST_F(name, test) for
 * each, with self->play, and TRIALS_MAIN at the end.
 */
#ifndef TRIAL_FIXTURE_H
#define TRIAL_FIXTURE_H

#include <kselftest_harness.h>

#include "act.h"
#include "act_io.h"
#include "module.h"
#include "trial.h"

/*
 * A test that waits for something in vain gives up after ten seconds, and some
 * wait for several things: all of them have to get as far as telling about it.
 */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	90

/* All of it in each of the three families. */
#define TRIALS(fixture)							\
FIXTURE(fixture) {							\
	struct trial *trial;						\
	struct play *play;						\
};									\
									\
FIXTURE_VARIANT(fixture) {						\
	enum family family;						\
};									\
									\
FIXTURE_VARIANT_ADD(fixture, ipv4) { .family = FAMILY_IPV4 };		\
FIXTURE_VARIANT_ADD(fixture, ipv6) { .family = FAMILY_IPV6 };		\
FIXTURE_VARIANT_ADD(fixture, v4mapped) { .family = FAMILY_MAPPED };	\
									\
FIXTURE_SETUP(fixture)							\
{									\
	char name[96];							\
									\
	snprintf(name, sizeof(name), #fixture ".%s", _metadata->name);	\
	self->trial = trial_start(name, variant->family);		\
	ASSERT_NE(NULL, self->trial);					\
	self->play = &self->trial->play;				\
}									\
									\
FIXTURE_TEARDOWN(fixture)						\
{									\
	const char *lacks;						\
									\
	trial_finish(self->trial);					\
	lacks = trial_lacks(self->trial);				\
	if (lacks)							\
		SKIP(return, "this kernel lacks %s", lacks);		\
	EXPECT_TRUE(trial_agrees(self->trial))				\
		trial_log(self->trial);					\
	trial_free(self->trial);					\
}									\
									\
struct trials_of_##fixture

/* In our own virtual machine all is there; elsewhere it may be missing. */
static inline void trial_cannot(const char *why)
{
	ksft_print_header();
	if (getenv(MODULE_VM_ENV))
		ksft_exit_fail_msg("%s\n", why);
	ksft_exit_skip("%s\n", why);
}

#define TRIALS_MAIN							\
int main(int argc, char **argv)						\
{									\
	char why[256];							\
									\
	if (!trial_possible(why, sizeof(why)))				\
		trial_cannot(why);					\
	exit(test_harness_run(argc, argv));				\
}									\
									\
struct trials_end

#endif /* TRIAL_FIXTURE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a test of trials consists of: TRIALS(name) once, TEST_F(name, test) for
 * each, with self->play, and TRIALS_MAIN at the end, or TRIALS_MAIN_RECORDS where
 * records are all that it is about.
 */
#ifndef TRIAL_FIXTURE_H
#define TRIAL_FIXTURE_H

#include <kselftest_harness.h>

#include "act.h"
#include "act_io.h"
#include "module_main.h"
#include "trial.h"

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

/* Why a test is skipped that is about a record and nothing else. */
#define NO_RECORDS	"only records tell, and there are none"

static inline int trials_main(int argc, char **argv, bool need_records)
{
	char why[256];

	if (!trial_possible(why, sizeof(why), need_records))
		module_skip_all(why);
	if (*why)
		module_tell_without(why);
	return module_run(argc, argv);
}

/* As what a program ends with: its tests may do without records, or may not. */
#define TRIALS_MAIN_(need_records)					\
int main(int argc, char **argv)						\
{									\
	exit(trials_main(argc, argv, need_records));			\
}									\
									\
struct trials_end

#define TRIALS_MAIN		TRIALS_MAIN_(false)
#define TRIALS_MAIN_RECORDS	TRIALS_MAIN_(true)

#endif /* TRIAL_FIXTURE_H */

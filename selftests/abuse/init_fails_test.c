// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading the module while memory runs out: each allocation on the way fails,
 * one at a time.  Whether it is loaded or not, nothing is left behind in the end.
 *
 * For kernels that can be told to fail, which distributions' cannot.
 */
#include "module_main.h"

#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <shutwatch.h>

#include "clock.h"
#include "module.h"
#include "stream.h"

#define DEBUGFS		SHUTWATCH_DEBUGFS
#define TEST_SECONDS	550

/* How long it may take for all; where loads are slow, some are left out. */
#define LOAD_SECONDS	120

#define WAIT_SECONDS	10

/* The smallest that there is. */
#define PARAMETERS	"ring=1024 sockets=256"

/* Of syslog(2): its header has the system call's name, too. */
#define LOG_READ_ALL	3
#define LOG_CLEAR	5
#define LOG_CONSOLE_OFF	6
#define LOG_CONSOLE_ON	7
#define LOG_SIZE	(4 << 20)

#define NTH		"/proc/thread-self/fail-nth"

/* ---- files that hold a value, or a list ---- */

static bool put(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	if (fd >= 0)
		close(fd);
	return done;
}

/* To be freed; empty where there is no such file. */
static struct text get_text(const char *path)
{
	struct text text = {};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return (struct text){ .data = strdup("") };
	stream_slurp(&text, fd, 1 << 16);
	close(fd);
	return text;
}

static char *get(const char *path)
{
	return get_text(path).data;
}

static bool get_has(const char *path, const char *what)
{
	char *text = get(path);
	bool has = strstr(text, what);

	free(text);
	return has;
}

/* ---- what is there before, and has to be there again ---- */

static const char * const lists[] = {
	DEBUGFS "/kprobes/list",
	"/sys/kernel/tracing/enabled_functions",
};

FIXTURE(init) {
	char *list[ARRAY_SIZE(lists)];
	struct text ko;
	int nth;
	int refused;
	int loaded;
	int unmade;
	pid_t reader;
	atomic_int *opened;
};

static const char * const files[] = {
	SHUTWATCH_FILE_ABI, SHUTWATCH_FILE_EVENTS, SHUTWATCH_FILE_PIPE,
	SHUTWATCH_FILE_RAW, SHUTWATCH_FILE_SOCKETS, SHUTWATCH_FILE_STATS,
	SHUTWATCH_FILE_TOTALS,
};

static bool is_there(const char *file)
{
	char path[256];

	module_file(path, sizeof(path), file);
	return !access(path, F_OK);
}

static void expect_nothing_left(struct __test_metadata *_metadata,
				char * const list[], unsigned int nth)
{
	unsigned int i;
	char *now;

	EXPECT_FALSE(get_has("/proc/modules", "shutwatch ") || is_there(""))
		TH_LOG("allocation %u: the module, or its directory, is still there", nth);
	for (i = 0; i < ARRAY_SIZE(lists); i++) {
		now = get(lists[i]);
		EXPECT_STREQ(list[i], now)
			TH_LOG("allocation %u: %s is not what it was", nth, lists[i]);
		free(now);
	}
}

/* Which file could not be made is said in the log; counts them in unmade. */
static void expect_whole(struct __test_metadata *_metadata, const char *log,
			 unsigned int nth, int *unmade)
{
	unsigned int i;
	char said[64];

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(said, sizeof(said), "cannot make the file %s ", files[i]);
		EXPECT_EQ(is_there(files[i]), !strstr(log, said))
			TH_LOG("allocation %u: loaded, \"%s\" does not fit", nth, said);
		*unmade += !is_there(files[i]);
	}
}

/* ---- allocations that fail ---- */

static bool can_fail(void)
{
	static const char * const setting[][2] = {
		{ DEBUGFS "/failslab/ignore-gfp-wait", "N" },
		{ DEBUGFS "/failslab/verbose", "0" },
		{ DEBUGFS "/fail_page_alloc/ignore-gfp-wait", "N" },
		{ DEBUGFS "/fail_page_alloc/ignore-gfp-highmem", "N" },
		{ DEBUGFS "/fail_page_alloc/min-order", "0" },
		{ DEBUGFS "/fail_page_alloc/verbose", "0" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(setting); i++)
		if (!put(setting[i][0], setting[i][1]))
			return false;
	return put(NTH, "0");
}

/* By one file that stays open: neither writing nor reading it allocates. */
static void fail_after(int nth, unsigned int allocations)
{
	char number[16];
	int len = snprintf(number, sizeof(number), "%u", allocations);

	if (pwrite(nth, number, len, 0) != len)
		abort();
}

/* How many are still to come; the one that failed was the last of them. */
static unsigned int still_to_come(int nth)
{
	char number[16] = "";

	if (pread(nth, number, sizeof(number) - 1, 0) <= 0)
		abort();
	return strtoul(number, NULL, 10);
}

/*
 * Returns how many allocations came before the one that fails, or all.  The module
 * is in our memory: where it lies on 9p, whose client gives up for good when an
 * allocation fails, opening or closing its file would be the end of all files.
 */
static unsigned int load_failing(const struct _test_data_init *self,
				 const char *parameters, unsigned int allocations,
				 int *err)
{
	const int nth = self->nth;
	unsigned int rest;

	fail_after(nth, allocations);
	*err = syscall(SYS_init_module, self->ko.data, self->ko.len, parameters) ?
	       -errno : 0;
	rest = still_to_come(nth);
	fail_after(nth, 0);
	return allocations - rest;
}

/* More than there are. */
#define NEVER	1000000

/* ---- a reader that opens whatever is there ---- */

static void open_all(atomic_int *opened)
{
	unsigned int i;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		for (i = 0; i < ARRAY_SIZE(files); i++) {
			int fd = stream_open(files[i], O_RDONLY | O_NONBLOCK);
			char some[512];

			if (fd < 0)
				continue;
			*opened += read(fd, some, sizeof(some)) >= 0 || errno == EAGAIN;
			close(fd);
		}
		usleep(1000);
	}
}

static bool is_opened(const atomic_int *opened)
{
	const __u64 deadline = clock_in(WAIT_SECONDS);
	const int before = *opened;

	while (*opened == before) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

/* By so many more or less, a load may have other allocations than the one before. */
#define SLACK	20

/* ---- what the kernel says ---- */

/* All since it was forgotten last. */
static const char *log_now(void)
{
	static char log[LOG_SIZE];
	int len = klogctl(LOG_READ_ALL, log, sizeof(log) - 1);

	log[len > 0 ? len : 0] = '\0';
	return log;
}

/* Backtraces alone are no complaint here: of each allocation that fails is one. */
static void expect_no_complaint(struct __test_metadata *_metadata, const char *log,
				unsigned int nth)
{
	char *patterns = get("vm/complaints"), *pattern, *rest;
	regmatch_t at;
	regex_t regex;

	EXPECT_TRUE(strstr(patterns, "BUG"));
	for (pattern = strtok_r(patterns, "\n", &rest); pattern;
	     pattern = strtok_r(NULL, "\n", &rest)) {
		if (*pattern == '#' || !strcmp(pattern, "Call Trace"))
			continue;
		ASSERT_EQ(0, regcomp(&regex, pattern, REG_EXTENDED));
		EXPECT_NE(0, regexec(&regex, log, 1, &at, 0))
			TH_LOG("allocation %u: %.2000s", nth, log + at.rm_so);
		regfree(&regex);
	}
	free(patterns);
}

#define KMEMLEAK	DEBUGFS "/kmemleak"

/* What is younger than five seconds, or changes, is not looked at. */
#define KMEMLEAK_AGE	6

static void expect_no_leak(struct __test_metadata *_metadata)
{
	char *leaks;

	if (!put(KMEMLEAK, "scan=off"))
		return;
	sleep(KMEMLEAK_AGE);
	put(KMEMLEAK, "scan");
	put(KMEMLEAK, "scan");
	leaks = get(KMEMLEAK);
	EXPECT_STREQ("", leaks);
	free(leaks);
}

FIXTURE_SETUP(init)
{
	unsigned int i;

	if (!module_can_reload() || !can_fail())
		SKIP(return, "no " MODULE_KO_ENV ", or no CONFIG_FAILSLAB, CONFIG_FAIL_PAGE_ALLOC and CONFIG_FAULT_INJECTION_DEBUG_FS here");
	self->nth = open(NTH, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, self->nth);
	self->ko = get_text(getenv(MODULE_KO_ENV));
	ASSERT_NE(0, self->ko.len);
	ASSERT_EQ(0, module_unload());
	for (i = 0; i < ARRAY_SIZE(lists); i++)
		self->list[i] = get(lists[i]);
	self->opened = mmap(NULL, sizeof(*self->opened), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	self->reader = fork();
	if (!self->reader)
		open_all(self->opened);
	put(KMEMLEAK, "clear");
	klogctl(LOG_CONSOLE_OFF, NULL, 0);
}

FIXTURE_TEARDOWN(init)
{
	if (self->reader <= 0)
		return;
	klogctl(LOG_CLEAR, NULL, 0);
	klogctl(LOG_CONSOLE_ON, NULL, 0);
	kill(self->reader, SIGKILL);
	waitpid(self->reader, NULL, 0);
	module_load("");
}

TEST_F_TIMEOUT(init, each_allocation_fails_once, TEST_SECONDS)
{
	unsigned int nth, first, all, came, step;
	__u64 took;
	int err;

	/* Refused at once, it has had what comes before its init. */
	first = load_failing(self, "ring=0", NEVER, &err);
	EXPECT_EQ(-EINVAL, err);
	took = clock_now();
	all = load_failing(self, PARAMETERS, NEVER, &err);
	EXPECT_EQ(0, err);
	EXPECT_TRUE(is_opened(self->opened));
	EXPECT_EQ(0, module_unload());
	took = clock_now() - took;
	step = 1 + (all - first) * took / (LOAD_SECONDS * clock_slow() * NSEC_PER_SEC);
	TH_LOG("a load has %u allocations, %u of them before init; each %u. fails",
	       all, first, step);
	nth = first > SLACK ? first - SLACK : 1;
	do {
		klogctl(LOG_CLEAR, NULL, 0);
		came = load_failing(self, PARAMETERS, nth, &err);
		if (!err) {
			self->loaded++;
			expect_whole(_metadata, log_now(), nth, &self->unmade);
			EXPECT_TRUE(is_opened(self->opened));
			EXPECT_EQ(0, module_unload());
		} else {
			self->refused++;
		}
		expect_nothing_left(_metadata, self->list, nth);
		expect_no_complaint(_metadata, log_now(), nth);
		nth += step;
	} while (came == nth - step && _metadata->exit_code == KSFT_PASS);

	TH_LOG("refused %d times, loaded %d times, %d times without a file",
	       self->refused, self->loaded, self->unmade);
	EXPECT_LT(0, self->refused);
	if (step == 1)
		EXPECT_LE(ARRAY_SIZE(files), self->unmade);
	EXPECT_EQ(0, err);
	expect_no_leak(_metadata);
}

int main(int argc, char **argv)
{
	return module_run(argc, argv);
}

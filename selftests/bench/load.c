// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: load [-6] [-k mixed|fin|rst] [-n ROUNDS] [-r REPEATS] [-t THREADS]
 *             [-i IDLE] [-s SETTLE-MS] [-b] [-c] [-u]
 *
 * Opens and ends connections over loopback, and prints what a round costs, one
 * line per repeat: nanoseconds in which the machine was busy, which are
 * instructions under QEMU's -icount shift=0.
 *
 * What others do because of the rounds counts, too: readers, and the kernel's
 * deferred work.  After the rounds, the load sleeps for SETTLE-MS; what that
 * costs without rounds is measured as well, and taken away.
 *
 * With -b all connections are opened beforehand, and what is measured is how
 * they are ended, one right after the other.  With -c each thread has a CPU of
 * its own.  With -u nothing is measured, and idle.ko is not needed.
 */

#include <err.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "busy.h"
#include "dentries.h"
#include "idlers.h"
#include "profile/marker.h"
#include "rounds.h"

#define FIRST_PORT	8000
#define MAX_THREADS	64
#define WARM_ROUNDS	200

/**
 * struct options - the command line
 * @kind: how connections are ended
 * @ipv6: over IPv6
 * @rounds: in one repeat, over all threads
 * @repeats: how often it is measured
 * @threads: how many play at a time
 * @idle: sockets that are connected beforehand and stay so
 * @settle_ms: time for others to be done
 * @burst: open all connections beforehand
 * @pin: one CPU for each thread
 * @unmeasured: just play
 */
struct options {
	enum kind	kind;
	int		ipv6;
	unsigned int	rounds;
	unsigned int	repeats;
	unsigned int	threads;
	unsigned int	idle;
	unsigned int	settle_ms;
	int		burst;
	int		pin;
	int		unmeasured;
};

static struct options options = {
	.rounds = 500,
	.repeats = 1,
	.threads = 1,
};

static struct place places[MAX_THREADS];

static void misused(void)
{
	errx(2, "usage: load [-6] [-k mixed|fin|rst] [-n ROUNDS] [-r REPEATS] [-t THREADS] [-i IDLE] [-s SETTLE-MS] [-b] [-c] [-u]");
}

static enum kind kind_of(const char *word)
{
	static const char * const words[] = {
		[KIND_MIXED] = "mixed", [KIND_FIN] = "fin", [KIND_RST] = "rst",
	};
	unsigned int i;

	for (i = 0; i <= KIND_RST; i++)
		if (!strcmp(word, words[i]))
			return i;
	misused();
	return 0;
}

static void parse_option(int option)
{
	switch (option) {
	case '6':
		options.ipv6 = 1;
		break;
	case 'b':
		options.burst = 1;
		break;
	case 'c':
		options.pin = 1;
		break;
	case 'i':
		options.idle = atoi(optarg);
		break;
	case 'k':
		options.kind = kind_of(optarg);
		break;
	case 'n':
		options.rounds = atoi(optarg);
		break;
	case 'r':
		options.repeats = atoi(optarg);
		break;
	case 's':
		options.settle_ms = atoi(optarg);
		break;
	case 't':
		options.threads = atoi(optarg);
		break;
	case 'u':
		options.unmeasured = 1;
		break;
	default:
		misused();
	}
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "6bci:k:n:r:s:t:u")) != -1)
		parse_option(option);
	if (optind != argc || !options.threads || options.threads > MAX_THREADS ||
	    options.rounds < options.threads)
		misused();
}

/* Where there are fewer CPUs than threads, some share one. */
static void stay_on_cpu(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % sysconf(_SC_NPROCESSORS_ONLN), &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "cannot stay on CPU %u", cpu);
}

/* The main thread ends on the CPU that it plays on. */
static void begin_with_fresh_slabs(void)
{
	unsigned int i;

	if (!options.pin) {
		dentries_fresh();
		return;
	}
	for (i = options.threads; i--; ) {
		stay_on_cpu(i);
		dentries_fresh();
	}
}

static void *play(void *arg)
{
	struct place *place = arg;

	if (options.pin)
		stay_on_cpu(place - places);
	place_play(place, options.kind, options.rounds / options.threads);
	return NULL;
}

static void play_all(void)
{
	pthread_t threads[MAX_THREADS];
	unsigned int i;

	for (i = 1; i < options.threads; i++)
		if (pthread_create(&threads[i], NULL, play, &places[i]))
			errx(1, "no more threads");
	play(&places[0]);
	for (i = 1; i < options.threads; i++)
		pthread_join(threads[i], NULL);
}

/* Not even a system call if there is nobody to wait for. */
static void settle(void)
{
	struct timespec ts = {
		options.settle_ms / 1000, options.settle_ms % 1000 * 1000000l,
	};

	if (options.settle_ms)
		nanosleep(&ts, NULL);
}

static long long measure(void (*what)(void))
{
	struct stretch stretch;

	stretch_begin(&stretch);
	if (what)
		what();
	settle();
	return stretch_busy(&stretch);
}

static void just_play(void)
{
	marker();
	play_all();
	marker();
}

static struct pair *waiting;

static void end_burst(void)
{
	idlers_end(waiting, options.rounds, options.kind);
}

static void measure_rounds(void)
{
	unsigned int rounds = options.rounds / options.threads * options.threads;
	long long with, without;

	if (options.burst) {
		waiting = idlers_open(&places[0], options.rounds);
		settle();
	}
	marker();
	with = measure(options.burst ? end_burst : play_all);
	marker();
	settle();
	without = measure(NULL);
	printf("%.1f\n", ((double)with - without) / rounds);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	unsigned int i;

	parse(argc, argv);
	marker_init();
	for (i = 0; i < options.threads; i++)
		place_open(&places[i], FIRST_PORT + i, options.ipv6);
	idlers_open(&places[0], options.idle / 2);
	begin_with_fresh_slabs();
	place_play(&places[0], options.kind,
		   options.rounds < WARM_ROUNDS ? options.rounds : WARM_ROUNDS);
	settle();
	for (i = 0; i < options.repeats; i++) {
		if (options.unmeasured)
			just_play();
		else
			measure_rounds();
	}
	return 0;
}

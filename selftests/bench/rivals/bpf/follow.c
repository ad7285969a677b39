// SPDX-License-Identifier: GPL-2.0-only
/*
 * usage: follow [-q] [-m MIB] PROGRAM.bpf.o
 *
 * Loads the BPF program, and prints its records as columns; with -q nobody reads
 * them, and they stay in a ring of MIB MiB, a power of two.  Says on stderr how
 * many were lost.
 */

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "fact_line.h"

#define WAIT_MS		1000
#define BATCH_MS	10
#define NS_PER_MS	1000000L

/**
 * struct following - what is needed to follow
 * @program: the BPF program, loaded and attached
 * @ring: its records; NULL where nobody reads
 * @lost: the map that counts what was lost
 * @told: how many were lost, as told last
 */
struct following {
	struct bpf_object *program;
	struct ring_buffer *ring;
	int lost;
	unsigned long long told;
};

static void misused(void)
{
	errx(2, "usage: follow [-q] [-m MIB] PROGRAM.bpf.o");
}

static int take(void *context, void *data, size_t size)
{
	(void)context;
	(void)size;
	fact_line(data);
	return 0;
}

static void attach(struct following *f, const char *path, unsigned int mib)
{
	struct bpf_program *part;

	f->program = bpf_object__open_file(path, NULL);
	if (!f->program)
		err(1, "%s", path);
	if (mib && bpf_map__set_max_entries(bpf_object__find_map_by_name(f->program, "facts"),
					    mib << 20))
		err(1, "no ring of %u MiB", mib);
	if (bpf_object__load(f->program))
		errx(1, "%s: cannot be loaded: see above", path);
	bpf_object__for_each_program(part, f->program)
		if (!bpf_program__attach(part))
			err(1, "%s: cannot be attached", bpf_program__name(part));
	f->lost = bpf_object__find_map_fd_by_name(f->program, "lost");
}

static void tell_lost(struct following *f)
{
	unsigned long long lost;
	unsigned int first = 0;

	if (bpf_map_lookup_elem(f->lost, &first, &lost) || lost == f->told)
		return;
	fprintf(stderr, "lost %llu\n", lost - f->told);
	f->told = lost;
}

/*
 * The kernel wakes us for the first record behind all that were read.  While
 * they keep coming, a batch is waited for.
 */
static void follow(struct following *f)
{
	static const struct timespec batch = { .tv_nsec = BATCH_MS * NS_PER_MS };

	f->ring = ring_buffer__new(bpf_object__find_map_fd_by_name(f->program, "facts"), take,
				   NULL, NULL);
	if (!f->ring)
		err(1, "no ring");
	fact_header();
	for (;;) {
		if (ring_buffer__poll(f->ring, WAIT_MS) > 0) {
			nanosleep(&batch, NULL);
			ring_buffer__consume(f->ring);
		}
		fflush(stdout);
		tell_lost(f);
	}
}

int main(int argc, char **argv)
{
	struct following f = { 0 };
	unsigned int mib = 0;
	int quiet = 0, option;

	while ((option = getopt(argc, argv, "m:q")) != -1) {
		if (option == 'm')
			mib = atoi(optarg);
		else if (option == 'q')
			quiet = 1;
		else
			misused();
	}
	if (optind + 1 != argc)
		misused();
	attach(&f, argv[optind], mib);
	if (!quiet)
		follow(&f);
	for (;;) {
		sleep(1);
		tell_lost(&f);
	}
}

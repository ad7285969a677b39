// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QEMU plugin that counts the instructions that a guest executes, by
 * address.
 *
 * usage: -plugin ./count.so,out=FILE
 *
 * Counts between two times that the guest executes something at MARKER, which
 * the load does around its rounds, and then writes FILE.1, FILE.2 and so on: one
 * line per block of code, with address, instructions in it, times executed.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "marker.h"
#include "qemu.h"

/* QEMU refuses plugins for another version; what is used here is in all. */
#ifndef PLUGIN_API
#define PLUGIN_API	1
#endif

#define EXPORT	__attribute__((visibility("default")))

EXPORT int qemu_plugin_version = PLUGIN_API;

#define BUCKETS	0x100000
#define CPUS	8		/* more than that share a counter, and may lose a count */

/**
 * struct block - straight code that QEMU translates and executes as a whole
 * @next: in the hash chain
 * @address: where it begins
 * @length: instructions
 * @times: how often each CPU has executed it
 */
struct block {
	struct block		*next;
	unsigned long long	address;
	unsigned long long	length;
	unsigned long long	times[CPUS];
};

/* protects the chains: each CPU's thread translates what it comes to */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct block *blocks[BUCKETS];
static const char *out;
static int counting, files;

static struct block *find_locked(unsigned long long address, unsigned long long length)
{
	struct block **head = &blocks[(address ^ address >> 20) % BUCKETS], *b;

	for (b = *head; b; b = b->next)
		if (b->address == address && b->length == length)
			return b;
	b = calloc(1, sizeof(*b));
	if (!b)
		abort();
	b->address = address;
	b->length = length;
	b->next = *head;
	*head = b;
	return b;
}

static struct block *find(unsigned long long address, unsigned long long length)
{
	struct block *b;

	pthread_mutex_lock(&lock);
	b = find_locked(address, length);
	pthread_mutex_unlock(&lock);
	return b;
}

/* And begins anew. */
static void write_block(FILE *file, struct block *b)
{
	unsigned long long times = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < CPUS; cpu++)
		times += b->times[cpu];
	if (times)
		fprintf(file, "%016llx %llu %llu\n", b->address, b->length, times);
	memset(b->times, 0, sizeof(b->times));
}

static void write_all(void)
{
	char path[4096];
	struct block *b;
	FILE *file;
	int i;

	snprintf(path, sizeof(path), "%s.%d", out, ++files);
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		return;
	}
	pthread_mutex_lock(&lock);
	for (i = 0; i < BUCKETS; i++)
		for (b = blocks[i]; b; b = b->next)
			write_block(file, b);
	pthread_mutex_unlock(&lock);
	fclose(file);
}

static void at_marker(unsigned int vcpu, void *data)
{
	(void)vcpu;
	(void)data;
	if (counting)
		write_all();
	counting = !counting;
}

static void at_block(unsigned int vcpu, void *data)
{
	struct block *b = data;

	b->times[vcpu % CPUS] += counting;
}

static void translated(unsigned long long id, struct qemu_plugin_tb *tb)
{
	unsigned long long address = qemu_plugin_tb_vaddr(tb);

	(void)id;
	if (address == MARKER)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, at_marker,
						     QEMU_PLUGIN_CB_NO_REGS, NULL);
	else
		qemu_plugin_register_vcpu_tb_exec_cb(tb, at_block,
						     QEMU_PLUGIN_CB_NO_REGS,
						     find(address, qemu_plugin_tb_n_insns(tb)));
}

EXPORT int qemu_plugin_install(unsigned long long id, const struct qemu_info_t *info,
			       int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("count.so: write -plugin ./count.so,out=FILE\n", stderr);
		return -1;
	}
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nonsense for the parser, and for all that lives on what it returns; with -r,
 * or FUZZ_RAW, for what takes raw records.
 *
 * With FUZZ_LIBFUZZER, libFuzzer drives it.  Without, it has a main() of its
 * own: every line of the files named (or of stdin) as it is, and then, with
 * -n COUNT or -s SECONDS, mutations of them from a fixed seed, so that a run
 * can be repeated.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cells.h"
#include "columns.h"
#include "decode.h"
#include "fuzz_record.h"
#include "json.h"
#include "line.h"
#include "match.h"
#include "parse.h"
#include "saved/wallclock.h"
#include "totals.h"

#define INPUT_MAX	1024

/* Not assert(): NDEBUG must not make a fuzzer blind. */
static void must(int holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_record: broken: %s\n", what);
	abort();
}

static int is_inside(const struct record *r, const char *p)
{
	return p >= r->text && p < r->text + sizeof(r->text) &&
	       memchr(p, '\0', (size_t)(r->text + sizeof(r->text) - p));
}

static void check_pointers(const struct record *r)
{
	unsigned int i;
	int key;

	for (key = 0; key < SHUTWATCH_KEY__MAX; key++)
		must(!r->value[key] || is_inside(r, r->value[key]), "a value is outside");
	must(r->nr_unknown <= RECORD_UNKNOWN_MAX, "too many unknown keys");
	for (i = 0; i < r->nr_unknown; i++) {
		must(is_inside(r, r->unknown[i].key), "a key is outside");
		must(is_inside(r, r->unknown[i].value), "an unknown value is outside");
	}
}

static void check_unescape(const char *text)
{
	char dst[INPUT_MAX + 1];
	char tiny[4];

	must(!record_unescape(dst, sizeof(dst), text), "unescaping made it longer");
	must(strlen(dst) <= strlen(text), "unescaping made it longer");
	record_unescape(tiny, sizeof(tiny), text);
	must(strlen(tiny) < sizeof(tiny), "unescaping is not terminated");
}

static void check_table(const struct record *r, bool wide, bool extended)
{
	struct table t = { .wide = wide, .extended = extended };
	char text[LINE_SIZE];
	size_t len, i;

	len = (size_t)(columns_record(text, &t, r) - text);
	must(len <= sizeof(text), "a row outgrew its room");
	must(len && text[len - 1] == '\n', "a row without its end");
	must(wide || extended || len <= COLUMNS_WIDTH + 1 || text[0] == '-', "a row is too wide");
	for (i = 0; i + 1 < len; i++)
		must(text[i] >= ' ' && text[i] <= '~', "a control character got through");
}

static void check_totals(const struct record *r)
{
	struct table t = { .wide = false };
	char text[LINE_SIZE];
	size_t len, i;

	len = (size_t)(totals_record(text, &t, r) - text);
	must(len && len <= sizeof(text) && text[len - 1] == '\n', "not a line of totals");
	for (i = 0; i + 1 < len; i++)
		must(text[i] >= ' ' && text[i] <= '~', "a control character got through");
}

static struct json_origin origin;

static void check_json(const struct record *r)
{
	bool quoted = false;
	char text[JSON_SIZE];
	size_t len, i;

	len = (size_t)(json_record(text, r, "record", &origin) - text);
	must(len <= sizeof(text), "an object outgrew its room");
	must(len > 2 && text[0] == '{' && !memcmp(text + len - 2, "}\n", 2), "not an object");
	for (i = 0; i + 1 < len; i++) {
		must((unsigned char)text[i] >= ' ', "a control character in JSON");
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
	}
	must(!quoted, "a string without its end");
}

static void check_filter(const struct record *r)
{
	static struct filter f;

	filter_add_ports(&f.either_ports, "80,8000");
	prefix_parse(&f.local, "127.0.0.0/8");
	prefix_parse(&f.remote, "::/3");
	filter_match(&f, r);
}

static void check_lengths(const struct record *r)
{
	int key;

	for (key = 0; key < SHUTWATCH_KEY__MAX; key++)
		must(!r->value[key] || strlen(r->value[key]) == r->len[key], "a wrong length");
}

/* Of a clean record, RECORD_SLACK is read of any text, however short. */
static void check_clock(const struct record *r)
{
	struct cell cell;

	cell_clock(&cell, r);
	must(cell.len && cell.len < WALLCLOCK_SIZE, "no time of day");
	must(cell.text == cell.own || is_inside(r, cell.text), "a text without slack");
}

static void check_record(const struct record *r)
{
	check_lengths(r);
	check_clock(r);
	check_table(r, false, false);
	check_table(r, false, true);
	check_table(r, true, true);
	check_totals(r);
	check_json(r);
	check_filter(r);
}

/* An object is the same, whether made from the words or from the numbers. */
static void check_both_ways(const struct record *r, const struct shutwatch_raw *raw,
			    struct raw_kept *kept)
{
	char words[JSON_SIZE], numbers[JSON_SIZE];
	size_t len;

	len = (size_t)(json_record(words, r, "record", &origin) - words);
	must(raw_json(numbers, raw, kept, &origin) == numbers + len, "objects of different lengths");
	must(!memcmp(words, numbers, len), "two objects");
}

/**
 * fuzz_raw() - one try of a raw record
 * @data: the bytes
 * @size: how many
 *
 * Return: 0.
 */
int fuzz_raw(const unsigned char *data, size_t size)
{
	static struct raw_kept kept;
	struct shutwatch_raw raw;
	struct record r;

	if (size < sizeof(raw))
		return 0;
	memcpy(&raw, data, sizeof(raw));
	raw_check(&raw, size);
	raw_record_brief(&r, &raw, &kept);
	check_table(&r, false, false);
	raw_record(&r, &raw, &kept);
	check_record(&r);
	check_both_ways(&r, &raw, &kept);
	return 0;
}

/**
 * fuzz_one() - one try
 * @data: the line
 * @size: its length
 *
 * Return: 0.
 */
int fuzz_one(const unsigned char *data, size_t size)
{
	char line[INPUT_MAX + 1];
	struct record r;

	if (size > INPUT_MAX)
		return 0;
	if (size)
		memcpy(line, data, size);
	line[size] = '\0';
	check_unescape(line);
	if (record_parse(&r, line))
		return 0;
	check_pointers(&r);
	check_record(&r);
	return 0;
}

#ifndef FUZZ_LIBFUZZER

#define CORPUS_MAX	512

struct input {
	size_t len;
	unsigned char bytes[INPUT_MAX];
};

static struct input corpus[CORPUS_MAX];
static unsigned int nr_corpus;
static unsigned long long seed = 0x5eed;
static int (*try)(const unsigned char *data, size_t size) = fuzz_one;
static void (*read_file)(FILE *in);

/* xorshift64: the same numbers on every machine. */
static unsigned long long roll(unsigned long long sides)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % sides;
}

static void add_input(const char *line, size_t len)
{
	if (nr_corpus == CORPUS_MAX || len > INPUT_MAX)
		return;
	memcpy(corpus[nr_corpus].bytes, line, len);
	corpus[nr_corpus++].len = len;
}

static void read_inputs(FILE *in)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	while ((len = getline(&line, &size, in)) > 0)
		add_input(line, (size_t)len);
	free(line);
}

static void read_raw(FILE *in)
{
	struct shutwatch_raw raw;

	while (fread(&raw, sizeof(raw), 1, in))
		add_input((const char *)&raw, sizeof(raw));
}

static void insert_byte(struct input *in, unsigned char byte)
{
	size_t at = roll(in->len + 1);

	if (in->len == INPUT_MAX)
		return;
	memmove(in->bytes + at + 1, in->bytes + at, in->len - at);
	in->bytes[at] = byte;
	in->len++;
}

static void delete_bytes(struct input *in)
{
	size_t at = roll(in->len);
	size_t len = 1 + roll(in->len - at);

	memmove(in->bytes + at, in->bytes + at + len, in->len - at - len);
	in->len -= len;
}

static void append_other(struct input *in)
{
	const struct input *other = &corpus[roll(nr_corpus)];
	size_t from = roll(other->len + 1);
	size_t len = other->len - from;

	if (in->len + len > INPUT_MAX)
		return;
	memcpy(in->bytes + in->len, other->bytes + from, len);
	in->len += len;
}

static void mutate(struct input *in)
{
	static const char special[] = " =\\>-:[].,\n\"0127";
	unsigned int times = 1 + (unsigned int)roll(6);

	while (times--) {
		switch (roll(5)) {
		case 0:
			insert_byte(in, (unsigned char)roll(256));
			break;
		case 1:
			insert_byte(in, (unsigned char)special[roll(sizeof(special) - 1)]);
			break;
		case 2:
			if (in->len)
				in->bytes[roll(in->len)] = (unsigned char)roll(256);
			break;
		case 3:
			if (in->len && !roll(4))
				delete_bytes(in);
			break;
		case 4:
			append_other(in);
			break;
		}
	}
}

static unsigned long run_mutations(unsigned long count, long seconds)
{
	time_t end = time(NULL) + seconds;
	unsigned long n;
	struct input in;

	for (n = 0; count ? n < count : n % 1024 || time(NULL) < end; n++) {
		in = corpus[roll(nr_corpus)];
		mutate(&in);
		try(in.bytes, in.len);
	}
	return n;
}

/**
 * main() - try files, and mutations of them
 * @argc: how many words
 * @argv: [-r] [-n COUNT | -s SECONDS] [FILE]...
 *
 * Return: 0, 1 where a file cannot be read, 2 where the command line is wrong;
 * what is broken aborts.
 */
int main(int argc, char **argv)
{
	unsigned long count = 0, tried = 0;
	long seconds = 0;
	unsigned int i;
	FILE *in;
	int c;

	read_file = read_inputs;
	while ((c = getopt(argc, argv, "n:rs:")) >= 0) {
		if (c == 'r') {
			try = fuzz_raw;
			read_file = read_raw;
		} else if (c == 'n') {
			count = strtoul(optarg, NULL, 10);
		} else if (c == 's') {
			seconds = strtol(optarg, NULL, 10);
		} else {
			return 2;
		}
	}
	if (optind == argc)
		read_file(stdin);
	for (; optind < argc; optind++) {
		in = fopen(argv[optind], "r");
		if (!in) {
			perror(argv[optind]);
			return 1;
		}
		read_file(in);
		fclose(in);
	}
	for (i = 0; i < nr_corpus; i++)
		try(corpus[i].bytes, corpus[i].len);
	if (nr_corpus && (count || seconds))
		tried = run_mutations(count, seconds);
	printf("%u inputs and %lu mutations: nothing broke\n", nr_corpus, tried);
	return 0;
}

#endif /* FUZZ_LIBFUZZER */

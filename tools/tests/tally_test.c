// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of top on its own: what is counted as one, what is recent, what
 * comes first, and what becomes of more sorts than there is room for.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "line.h"
#include "tally.h"

static struct tally tally;
static const struct tally_row *row[TALLY_ROWS];

static void begin(unsigned long long keys)
{
	memset(&tally, 0, sizeof(tally));
	tally.keys = keys;
}

static void add(const char *line)
{
	struct record r;

	CHECK(!record_parse(&r, line));
	tally_record(&tally, &r);
}

#define RST(ts, why, owner, comm)						\
	"ts=" ts " kind=call local=192.0.2.1:80 remote=192.0.2.9:5000 sent=RST why=" why \
	" owner=" owner " ocomm=" comm

static void counts_by_its_keys(void)
{
	begin(TALLY_DEFAULT);
	add(RST("1.0", "unread_data", "7", "web"));
	add(RST("1.0", "unread_data", "7", "web"));
	add(RST("1.0", "linger_zero", "7", "web"));
	add(RST("1.0", "unread_data", "8", "web"));
	CHECK(tally_sort(&tally, row) == 3);
	CHECK(row[0]->count == 2);
	CHECK(!strcmp(row[0]->text[TALLY_WHY], "unread_data"));
	CHECK(!strcmp(row[0]->text[TALLY_PROCESS], "7 web"));
	CHECK(!row[0]->text[TALLY_PORT][0]);
	begin(TALLY_BIT(PORT) | TALLY_BIT(PEER));
	add(RST("1.0", "unread_data", "7", "web"));
	add("kind=decision local=[2001:db8::1]:443 remote=[2001:db8::2]:1 sent=RST why=no_socket");
	add("kind=decision local=- remote=- sent=none why=busy");
	CHECK(tally_sort(&tally, row) == 3);
	CHECK(!strcmp(row[0]->text[TALLY_PORT], "80"));
	CHECK(!strcmp(row[0]->text[TALLY_PEER], "192.0.2.9"));
	CHECK(!strcmp(row[1]->text[TALLY_PORT], "443"));
	CHECK(!strcmp(row[1]->text[TALLY_PEER], "[2001:db8::2]"));
	CHECK(!strcmp(row[2]->text[TALLY_PORT], "-"));
	CHECK(!strcmp(row[2]->text[TALLY_PEER], "-"));
}

static void counts_endings_only(void)
{
	begin(TALLY_DEFAULT);
	add("kind=state ts=1.0 state=LISTEN>CLOSE by=close");
	add("kind=reset ts=1.0 state=ESTABLISHED>CLOSE error=ECONNRESET");
	CHECK(tally_sort(&tally, row) == 0);
	CHECK(!tally.lost);
	add("seq=9 kind=lost count=5");
	add("seq=19 kind=lost count=7");
	CHECK(tally_sort(&tally, row) == 0);
	CHECK(tally.lost == 12);
}

static void knows_what_is_recent(void)
{
	begin(TALLY_DEFAULT);
	tally_rest(&tally, 2000000000ULL);
	add(RST("1.999999999", "unread_data", "7", "web"));
	add(RST("2.000000000", "unread_data", "7", "web"));
	CHECK(tally_sort(&tally, row) == 1);
	CHECK(row[0]->count == 2);
	CHECK(row[0]->recent == 1);
	tally_rest(&tally, 3000000000ULL);
	CHECK(row[0]->count == 2);
	CHECK(row[0]->recent == 0);
}

static void resets_come_first(void)
{
	begin(TALLY_BIT(WHY));
	add("ts=1.0 sent=none why=busy");
	add("ts=1.0 sent=FIN why=close");
	add("ts=1.0 sent=FIN why=close");
	add("ts=1.0 sent=RST why=abort");
	tally_rest(&tally, 5000000000ULL);
	add("ts=6.0 sent=RST why=unread_data");
	add("ts=1.0 sent=RST why=linger_zero");
	add("ts=1.0 sent=RST why=linger_zero");
	CHECK(tally_sort(&tally, row) == 5);
	CHECK(!strcmp(row[0]->text[TALLY_WHY], "unread_data"));
	CHECK(!strcmp(row[1]->text[TALLY_WHY], "linger_zero"));
	CHECK(!strcmp(row[2]->text[TALLY_WHY], "abort"));
	CHECK(!strcmp(row[3]->text[TALLY_WHY], "close"));
	CHECK(!strcmp(row[4]->text[TALLY_WHY], "busy"));
}

/* A scan has a peer for each of its packets, and nothing is lost of it. */
static void others_are_counted_as_one(void)
{
	unsigned long long sum = 0;
	char line[128];
	size_t count, i;

	begin(TALLY_BIT(PEER));
	for (i = 0; i < 3 * TALLY_ROWS; i++) {
		snprintf(line, sizeof(line), "ts=1.0 remote=10.0.%zu.%zu:1 sent=RST why=no_socket",
			 i / 256, i % 256);
		add(line);
	}
	add("ts=1.0 remote=10.0.0.1:2 sent=RST why=no_socket");
	count = tally_sort(&tally, row);
	CHECK(count == TALLY_ROWS);
	for (i = 0; i < count; i++)
		sum += row[i]->count;
	CHECK(sum == 3 * TALLY_ROWS + 1);
	CHECK(row[0]->count == 2);
	CHECK(!strcmp(row[0]->text[TALLY_PEER], "10.0.0.1"));
	CHECK(!strcmp(row[count - 1]->sent, "-"));
	CHECK(row[count - 1]->count == 2 * TALLY_ROWS + 1);
	CHECK(!strcmp(row[count - 1]->text[TALLY_PEER], "(others)"));
}

static void shows_a_rate(void)
{
	char line[LINE_SIZE];

	begin(TALLY_BIT(WHY));
	add("ts=1.0 sent=RST why=abort");
	add("ts=1.0 sent=RST why=abort");
	tally_sort(&tally, row);
	*tally_line(line, &tally, row[0], 4) = '\0';
	CHECK(!strcmp(line, "RST           2       0.5  abort\n"));
	*tally_line(line, &tally, row[0], 0) = '\0';
	CHECK(!strcmp(line, "RST           2       0.0  abort\n"));
}

/**
 * main() - run the tests
 *
 * Return: 0, or 1 where one failed.
 */
int main(void)
{
	counts_by_its_keys();
	counts_endings_only();
	knows_what_is_recent();
	resets_come_first();
	others_are_counted_as_one();
	shows_a_rate();
	return failures != 0;
}

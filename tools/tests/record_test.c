// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser on its own: what it takes, what it refuses, what it keeps.
 */
#include <errno.h>
#include <string.h>

#include "check.h"
#include "parse.h"

#define GOOD	"seq=7 kind=call comm=my\\040prog sent=RST"

static int parses(const char *line)
{
	static struct record r;
	int err = record_parse(&r, line);

	CHECK(!err || err == -EINVAL);
	return !err;
}

static void takes_a_record_apart(void)
{
	struct record r;

	CHECK(!record_parse(&r, GOOD));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_SEQ], "7"));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_KIND], "call"));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_COMM], "my\\040prog"));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_SENT], "RST"));
	CHECK(!r.value[SHUTWATCH_KEY_WHY]);
	CHECK(!r.nr_unknown);
	CHECK(!record_parse(&r, GOOD "\n"));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_SENT], "RST"));
}

/* Who reads many has one place for them. */
static void forgets_the_one_before(void)
{
	struct record r;

	CHECK(!record_parse(&r, "seq=7 kind=call mark=1 sent=RST why=unread_data\n"));
	CHECK(!record_parse(&r, "seq=8 why=-"));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_WHY], "-"));
	CHECK(r.len[SHUTWATCH_KEY_WHY] == 1);
	CHECK(!r.value[SHUTWATCH_KEY_SENT]);
	CHECK(r.has == (1ULL << SHUTWATCH_KEY_SEQ | 1ULL << SHUTWATCH_KEY_WHY));
	CHECK(!r.nr_unknown);
}

/* However the keys are ordered, each is known. */
static void takes_any_order(void)
{
	struct record r;

	CHECK(!record_parse(&r, "why=- new=1 last_why=a seq=7 sent=RST"));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_SEQ], "7"));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_SENT], "RST"));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_LAST_WHY], "a"));
	CHECK(r.nr_unknown == 1);
	CHECK(!parses("last_why=a seq=7 last_why=b"));
	CHECK(!parses("seq=7 last_why=a seq=8"));
}

static void refuses_what_is_no_record(void)
{
	CHECK(!parses(""));
	CHECK(!parses("\n"));
	CHECK(!parses("seq"));
	CHECK(!parses("=7"));
	CHECK(!parses("seq=7 "));
	CHECK(!parses(" seq=7"));
	CHECK(!parses("seq=7  kind=call"));
	CHECK(!parses("seq=7 kin"));
	CHECK(!parses("seq=7 seq=8"));
	CHECK(!parses("seq=7\nkind=call"));
	CHECK(!parses("seq=7\n\n"));
	CHECK(!parses("seq=7 \xff=1 \xfe=2"));
	CHECK(!parses("seq=7 \033=1"));
}

static void takes_odd_values(void)
{
	struct record r;

	CHECK(!record_parse(&r, "comm= kreason=a=b why=never_heard_of"));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_COMM], ""));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_KREASON], "a=b"));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_WHY], "never_heard_of"));
}

static void knows_how_long_a_line_is(void)
{
	char line[SHUTWATCH_LINE_MAX + 2];

	memset(line, 'x', sizeof(line));
	memcpy(line, "comm=", 5);
	line[SHUTWATCH_LINE_MAX - 1] = '\0';
	CHECK(parses(line));
	line[SHUTWATCH_LINE_MAX - 1] = 'x';
	line[SHUTWATCH_LINE_MAX] = '\0';
	CHECK(!parses(line));
}

static void keeps_unknown_keys(void)
{
	struct record r;
	char line[SHUTWATCH_LINE_MAX];
	int i, n = 0;

	CHECK(!record_parse(&r, "seq=7 flow=3 kind=call flow=4 mark=-"));
	CHECK(r.nr_unknown == 2);
	CHECK(!strcmp(r.unknown[0].key, "flow") && !strcmp(r.unknown[0].value, "3"));
	CHECK(!strcmp(r.unknown[1].key, "mark") && !strcmp(r.unknown[1].value, "-"));

	for (i = 0; i < 80; i++)
		n += snprintf(line + n, sizeof(line) - (size_t)n, "k%d=%d ", i, i);
	snprintf(line + n, sizeof(line) - (size_t)n, "seq=7");
	CHECK(!record_parse(&r, line));
	CHECK(r.nr_unknown == 80);
	CHECK(!strcmp(r.unknown[79].key, "k79"));
	CHECK(!strcmp(r.value[SHUTWATCH_KEY_SEQ], "7"));
}

/* The shortest that there are. */
static void keeps_as_many_keys_as_fit(void)
{
	struct record r;
	char line[SHUTWATCH_LINE_MAX] = "";
	char *to = line;
	int c;

	for (c = '!'; c <= '~'; c++)
		to += c == '=' ? 0 : sprintf(to, "%s%c=", to == line ? "" : " ", c);
	CHECK(!record_parse(&r, line));
	CHECK(r.nr_unknown == '~' - '!');
}

static int unescapes(const char *from, const char *to)
{
	char dst[64];

	return !record_unescape(dst, sizeof(dst), from) && !strcmp(dst, to);
}

static void undoes_escapes(void)
{
	char tiny[4];

	CHECK(unescapes("", ""));
	CHECK(unescapes("my\\040prog", "my prog"));
	CHECK(unescapes("\\134\\075\\377", "\\=\377"));
	CHECK(unescapes("\\", "\\"));
	CHECK(unescapes("\\04", "\\04"));
	CHECK(unescapes("\\08x", "\\08x"));
	CHECK(unescapes("\\000", ""));
	CHECK(unescapes("a\\000", "a\\000"));
	CHECK(unescapes("\\000a", "\\000a"));
	CHECK(unescapes("\\055", "-"));
	CHECK(unescapes("\\400", "\\400"));
	CHECK(!record_unescape(tiny, sizeof(tiny), "a\\040b"));
	CHECK(!strcmp(tiny, "a b"));
	CHECK(record_unescape(tiny, sizeof(tiny), "abcd") == -ENOSPC);
	CHECK(!strcmp(tiny, "abc"));
}

static void knows_nothing_from_something(void)
{
	struct record r;

	CHECK(!record_parse(&r, "pid=- comm=--"));
	CHECK(!record_value(&r, SHUTWATCH_KEY_PID));
	CHECK(!record_value(&r, SHUTWATCH_KEY_WHY));
	CHECK(!strcmp(record_value(&r, SHUTWATCH_KEY_COMM), "--"));
}

/**
 * main() - all of it
 *
 * Return: 0, or 1 after lines that say what failed.
 */
int main(void)
{
	takes_a_record_apart();
	forgets_the_one_before();
	takes_any_order();
	refuses_what_is_no_record();
	takes_odd_values();
	knows_how_long_a_line_is();
	keeps_unknown_keys();
	keeps_as_many_keys_as_fit();
	undoes_escapes();
	knows_nothing_from_something();
	return failures ? 1 : 0;
}

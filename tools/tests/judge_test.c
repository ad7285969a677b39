// SPDX-License-Identifier: GPL-2.0-only
/*
 * Expectations: which make sense, which records are as expected, and what is
 * said where none is.
 */
#include <stdlib.h>
#include <string.h>

#include <shutwatch_match.h>

#include "check.h"
#include "judge.h"

#define CLOSED	"seq=8 kind=call pid=140 comm=my\\040prog cookie=1a local=127.0.0.1:80 " \
		"remote=[::1]:90 call=close how=- ret=0 state=ESTABLISHED>CLOSE sent=RST " \
		"why=unread_data fin=- unread=5 error=-"
#define ENDED	"seq=9 kind=call pid=140 comm=a,b local=127.0.0.1:80 call=close how=exit ret=0 " \
		"state=ESTABLISHED>FIN_WAIT1 sent=FIN why=close fin=sent unread=0"
#define MOVED	"seq=10 kind=state pid=- comm=- state=FIN_WAIT2>TIME_WAIT by=rx error=-"

static char said[8192];

static bool makes_sense(const char *expected)
{
	said[0] = '\0';
	return shutwatch_expectation_check(expected, said, sizeof(said));
}

static bool refused(const char *expected, const char *because)
{
	return !makes_sense(expected) && strstr(said, because);
}

static void takes_what_can_come(void)
{
	CHECK(makes_sense("call=close sent=RST why=unread_data"));
	CHECK(makes_sense("  call=close  sent=RST "));
	CHECK(makes_sense("kind=call,decision why=unread_data,linger_zero"));
	CHECK(makes_sense("state=ESTABLISHED>CLOSE"));
	CHECK(makes_sense("state=>CLOSE,FIN_WAIT2>"));
	CHECK(makes_sense("state=-"));
	CHECK(makes_sense("ret=ENOTCONN"));
	CHECK(makes_sense("ret=-97"));
	CHECK(makes_sense("error=ECONNRESET kind=reset"));
	CHECK(makes_sense("local=127.0.0.1:80 remote=[::1]:8000"));
	CHECK(makes_sense("unread=5,6 cookie=1a comm=my\\040prog flags=PA"));
	CHECK(makes_sense("pid=- kreason=NO_SOCKET"));
	CHECK(makes_sense("kind=lost count=3"));
	CHECK(makes_sense("ts=12.345678901,0.000000001 unread=0,10 flags=FA,S,FSRPAU,R,-"));
	CHECK(makes_sense("local=0.0.0.0:0 remote=[::]:0 cookie=ffffffffffffffff"));
	CHECK(makes_sense("local=[fe80::1:0:0:1]:65535,[2001:db8:0:1:1:1:1:1]:1,10.0.0.1:9"));
	/* The kernel writes some that have an IPv4 address in them as this one. */
	CHECK(makes_sense("local=[fe80::5efe:192.0.2.1]:80,[fe80::5efe:c000:201]:80"));
	CHECK(!said[0]);
}

static void refuses_what_cannot_come(void)
{
	CHECK(refused("", "it is empty"));
	CHECK(refused("   ", "it is empty"));
	CHECK(refused("close", "'close' is not key=value"));
	CHECK(refused("=close", "is not key=value"));
	CHECK(refused("sen=RST", "no record has a key 'sen'"));
	CHECK(strstr(said, "call how ret state"));
	CHECK(!strstr(said, "last_why"));
	CHECK(refused("path=CLOSE", "no record has a key 'path'"));
	CHECK(refused("sent=rst", "'rst' is no value of sent"));
	CHECK(strstr(said, "none FIN RST"));
	CHECK(refused("sent=", "'' is no value of sent"));
	CHECK(refused("sent=RST,", "'' is no value of sent"));
	CHECK(refused("why=unread_data,bored", "'bored' is no value of why"));
	CHECK(strstr(said, " not_followed") && strlen(said) < SHUTWATCH_COMPLAINT_SIZE - 100);
	CHECK(refused("call=rx", "'rx' is no value of call"));
	CHECK(!strstr(said, "timer"));
	CHECK(makes_sense("by=rx"));
	CHECK(refused("unread=many", "'many' is no value of unread: it is a number"));
	CHECK(refused("unread=>5", "is no value of unread"));
	CHECK(refused("local=127.0.0.1", "address and port"));
	CHECK(refused("cookie=0x1A", "hexadecimal"));
	CHECK(refused("state=CLOSE", "BEFORE>AFTER"));
	CHECK(refused("state=>", "BEFORE>AFTER"));
	CHECK(refused("state=OPEN>CLOSE", "NEW_SYN_RECV"));
	CHECK(refused("ret=EBADLUCK", "ENOTCONN"));
	CHECK(refused("sent=RST sent=FIN", "it has 'sent' twice"));
	CHECK(refused("call=close by=rx", "no kind of record has all these keys"));
	CHECK(refused("kind=state sent=RST", "no kind of record has all these keys"));
	CHECK(refused("kind=state,reset call=close", "no kind of record"));
}

/* A record has a value in one way only: for the others, none would ever come. */
static void refuses_what_is_written_otherwise(void)
{
	static const char * const other[] = {
		"unread=05", "pid=0163", "pid=00", "count=007", "linger=00",
		"cookie=01a", "cookie=0", "cookie=1ffffffffffffffff",
		"ts=1", "ts=1.5", "ts=01.500000000", "ts=1.5000000000", "ts=.500000000", "ts=1.50000000x",
		"flags=AP", "flags=PAP", "flags=AA", "ret=--1", "ret=1-", "ret=-01",
		"local=127.0.0.1:08001", "local=127.0.0.1:65536", "local=127.0.0.1:100000",
		"local=1.2.3:4", "local=1.2.3.256:4", "local=localhost:80", "local=:80", "local=[]:80",
		"local=127.0.0.01:80", "local=[127.0.0.1]:80", "remote=[::1:80", "remote=::1]:80",
		"remote=[::ffff:192.0.2.1]:80", "remote=[::ffff:c000:201]:80", "remote=[::FFFF]:80",
		"remote=[0:0:0:0:0:0:0:1]:80", "remote=[2001:0db8::1]:80", "remote=[::1%lo]:80",
		"remote=[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0001]:80",
		"local=127.0.0.1:80,[::01]:80",
		NULL
	};
	unsigned int i;

	for (i = 0; other[i]; i++) {
		if (refused(other[i], "is no value of"))
			continue;
		printf("# %s is taken\n", other[i]);
		failures++;
	}
}

static void knows_what_is_expected(void)
{
	CHECK(shutwatch_is_expected(CLOSED, "call=close sent=RST why=unread_data"));
	CHECK(shutwatch_is_expected(CLOSED "\n", "unread=5"));
	CHECK(!shutwatch_is_expected(CLOSED, "unread=50"));
	CHECK(!shutwatch_is_expected(CLOSED, "unread="));
	CHECK(!shutwatch_is_expected(CLOSED, "call=close sent=FIN"));
	CHECK(!shutwatch_is_expected(CLOSED, "how=exit"));
	CHECK(!shutwatch_is_expected(MOVED, "sent=RST"));
	CHECK(shutwatch_is_expected(CLOSED, "sent=FIN,RST"));
	CHECK(!shutwatch_is_expected(CLOSED, "sent=FIN,none"));
	CHECK(shutwatch_is_expected(ENDED, "comm=a,b"));
	CHECK(shutwatch_is_expected(CLOSED, "state=>CLOSE"));
	CHECK(shutwatch_is_expected(CLOSED, "state=ESTABLISHED>"));
	CHECK(!shutwatch_is_expected(CLOSED, "state=CLOSE>"));
	CHECK(!shutwatch_is_expected(ENDED, "state=>WAIT1"));
	CHECK(!shutwatch_is_expected("seq=1 state=-", "state=>CLOSE"));
	CHECK(!shutwatch_is_expected("seq=1 state=", "state=>CLOSE"));
}

static struct judge *expecting(enum judge_order order, const char *one, const char *two)
{
	static struct judge j;

	memset(&j, 0, sizeof(j));
	j.order = order;
	CHECK(judge_add(&j, one));
	if (two)
		CHECK(judge_add(&j, two));
	return &j;
}

/* What the judge says, for as long as it is not asked again. */
static const char *told(const struct judge *j)
{
	FILE *out = fmemopen(said, sizeof(said), "w");

	said[0] = '\0';
	judge_tell(j, out);
	fclose(out);
	return said;
}

static void one_after_the_other(void)
{
	struct judge *j = expecting(JUDGE_IN_ORDER, "sent=RST", "sent=FIN");

	CHECK(!judge_verdict(j) && !judge_is_over(j));
	judge_record(j, CLOSED);
	judge_record(j, MOVED);
	CHECK(!judge_verdict(j) && !judge_is_over(j));
	judge_record(j, ENDED);
	CHECK(judge_verdict(j) && judge_is_over(j));
	CHECK(!*told(j));

	j = expecting(JUDGE_IN_ORDER, "sent=FIN", "sent=RST");
	judge_record(j, CLOSED);
	judge_record(j, ENDED);
	CHECK(!judge_verdict(j));
	CHECK(strstr(told(j), "did not come, 2 of 2: sent=RST\n"));
	CHECK(strstr(said, "it came before its time"));
}

/* A record answers one expectation, however they are asked. */
static void one_record_for_each(void)
{
	struct judge *j = expecting(JUDGE_IN_ORDER, "call=close", "call=close");

	judge_record(j, CLOSED);
	CHECK(!judge_is_over(j));
	judge_record(j, ENDED);
	CHECK(judge_verdict(j));

	j = expecting(JUDGE_ALL, "call=close", "call=close");
	judge_record(j, CLOSED);
	CHECK(!judge_is_over(j));
	judge_record(j, MOVED);
	CHECK(!judge_is_over(j));
	judge_record(j, ENDED);
	CHECK(judge_verdict(j));
}

static void in_any_order(void)
{
	struct judge *j = expecting(JUDGE_ALL, "sent=FIN", "sent=RST");

	judge_record(j, CLOSED);
	judge_record(j, ENDED);
	CHECK(judge_verdict(j) && judge_is_over(j));

	/* The first to come is what both want, and has to make room. */
	j = expecting(JUDGE_ALL, "call=close", "call=close sent=RST");
	judge_record(j, CLOSED);
	judge_record(j, ENDED);
	CHECK(judge_verdict(j));
	j = expecting(JUDGE_ALL, "call=close sent=RST", "call=close");
	judge_record(j, CLOSED);
	judge_record(j, ENDED);
	CHECK(judge_verdict(j));

	j = expecting(JUDGE_ALL, "call=shutdown", "by=listener");
	judge_record(j, CLOSED);
	CHECK(strstr(told(j), "did not come, 1 of 2: call=shutdown\n"));
	CHECK(strstr(said, "did not come, 2 of 2: by=listener\n"));
}

static void what_must_not_come(void)
{
	struct judge *j = expecting(JUDGE_NEVER, "sent=none", "sent=RST");

	judge_record(j, ENDED);
	CHECK(judge_verdict(j) && !judge_is_over(j));
	CHECK(!*told(j));
	judge_record(j, CLOSED);
	CHECK(!judge_verdict(j) && judge_is_over(j));
	CHECK(strstr(told(j), "was not to come: sent=RST\n  seq=8 kind=call pid=140"));
	CHECK(!strstr(said, "sent=none"));
}

static void says_what_came_instead(void)
{
	struct judge *j = expecting(JUDGE_IN_ORDER, "call=close sent=RST unread=5", NULL);

	CHECK(!strcmp(told(j), "did not come: call=close sent=RST unread=5\n"
		      "  no record came, or none that the filters let through\n"));
	judge_record(j, MOVED);
	CHECK(strstr(told(j), "  of 1 record, none has any of this\n"));
	judge_record(j, "seq=11 kind=decision by=rx sent=RST\033[31m");
	judge_record(j, ENDED);
	judge_record(j, "seq=12 kind=decision by=rx sent=RST comm=\033\303x");
	CHECK(!strcmp(told(j), "did not come: call=close sent=RST unread=5\n"
		      "  of 4 records, the nearest:\n"
		      "  seq=9 kind=call pid=140 comm=a,b local=127.0.0.1:80\n"
		      "    call     close\n"
		      "    sent     FIN, expected RST\n"
		      "    unread   0, expected 5\n"
		      "  seq=12 kind=decision comm=??x\n"
		      "    call     not in this kind of record, expected close\n"
		      "    sent     RST\n"
		      "    unread   not in this kind of record, expected 5\n"));
}

/* Where not all was seen, nobody knows what did not come. */
static void what_was_lost_may_have_been_it(void)
{
	struct judge *j = expecting(JUDGE_IN_ORDER, "sent=RST", NULL);

	j->notes = 1;
	CHECK(!judge_verdict(j));
	CHECK(strstr(told(j), "it may have come, and been lost"));
	judge_record(j, CLOSED);
	CHECK(judge_verdict(j));

	j = expecting(JUDGE_NEVER, "sent=RST", NULL);
	j->notes = 1;
	CHECK(!judge_verdict(j));
	CHECK(!strcmp(told(j), "not all was seen: it may have come, and been lost\n"));
	judge_record(j, CLOSED);
	CHECK(!strstr(told(j), "lost"));
}

static void has_room(void)
{
	static struct judge j;
	char small[16];
	int i;

	for (i = 0; i < JUDGE_MAX; i++)
		CHECK(judge_add(&j, "sent=RST"));
	CHECK(!judge_add(&j, "sent=RST"));
	j.order = JUDGE_ALL;
	for (i = 0; i < JUDGE_MAX; i++) {
		CHECK(!judge_is_over(&j));
		judge_record(&j, CLOSED);
	}
	CHECK(judge_is_over(&j));
	CHECK(!shutwatch_expectation_check("why=bored", small, sizeof(small)));
	CHECK(strlen(small) == sizeof(small) - 1);
}

int main(void)
{
	takes_what_can_come();
	refuses_what_cannot_come();
	refuses_what_is_written_otherwise();
	knows_what_is_expected();
	one_after_the_other();
	one_record_for_each();
	in_any_order();
	what_must_not_come();
	says_what_came_instead();
	what_was_lost_may_have_been_it();
	has_room();
	return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

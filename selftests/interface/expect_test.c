// SPDX-License-Identifier: GPL-2.0-only
/*
 * shutwatch_expect.h: that it finds what came, and, where it did not, says so
 * and what came instead.
 */
#include "module_main.h"

#include <signal.h>
#include <sys/wait.h>

#include <shutwatch_expect.h>

#include "netns.h"
#include "tcp_pair.h"

/* Some 350 bytes of records each: more than the helper keeps. */
#define MANY	(2 * SHUTWATCH_KEEP / 350)

FIXTURE(expect) {
	struct shutwatch_watch watch;
	struct tcp_pair pair;
};

FIXTURE_SETUP(expect)
{
	ASSERT_EQ(0, netns_enter());
	ASSERT_EQ(0, tcp_pair_join(&self->pair, "127.0.0.1:0", "127.0.0.20:8000"));
	ASSERT_TRUE(shutwatch_open(&self->watch))
		TH_LOG("%s", self->watch.said);
}

FIXTURE_TEARDOWN(expect)
{
	shutwatch_close(&self->watch);
}

/* Whether what was said has a line that begins with these words. */
static bool said(const struct shutwatch_watch *watch, const char *words)
{
	return strstr(watch->said, words);
}

TEST_F(expect, what_came)
{
	struct tcp_pair *pair = &self->pair;

	ASSERT_EQ(pair->server_cookie, shutwatch_cookie(pair->server));
	tcp_pair_part(pair);
	SHUTWATCH_EXPECT(&self->watch, pair->server_cookie, "call=close why=close,unread_data");
	/* In any order; the other end's ACK may come while the call still has the socket. */
	SHUTWATCH_EXPECT(&self->watch, pair->client_cookie,
			 "call=close sent=FIN state=ESTABLISHED>FIN_WAIT1,ESTABLISHED>FIN_WAIT2");
	SHUTWATCH_EXPECT(&self->watch, pair->server_cookie, "kind=state state=>CLOSE_WAIT");
	SHUTWATCH_EXPECT_NOT(&self->watch, pair->client_cookie, "sent=RST");
	shutwatch_assert(shutwatch_came(&self->watch, pair->client_cookie, "fin=sent"),
			 &self->watch);
}

TEST_F(expect, what_came_instead)
{
	struct tcp_pair *pair = &self->pair;

	self->watch.wait_ms = 0;
	tcp_pair_part(pair);
	EXPECT_FALSE(shutwatch_came(&self->watch, pair->client_cookie,
				    "call=close sent=RST unread=0"));
	EXPECT_TRUE(said(&self->watch, "did not come: call=close sent=RST unread=0\n"));
	EXPECT_TRUE(said(&self->watch, "\n    call     close\n"));
	EXPECT_TRUE(said(&self->watch, "\n    sent     FIN, expected RST\n"));
	EXPECT_TRUE(said(&self->watch, "\n    unread   0\n"))
		TH_LOG("%s", self->watch.said);
	EXPECT_FALSE(shutwatch_came_not(&self->watch, pair->client_cookie, "sent=FIN"));
	EXPECT_TRUE(said(&self->watch, "was not to come: sent=FIN\n"));
}

TEST_F(expect, nothing_of_others)
{
	struct tcp_pair *pair = &self->pair;

	self->watch.wait_ms = 0;
	shutdown(pair->client, SHUT_RD);
	EXPECT_FALSE(shutwatch_came(&self->watch, pair->server_cookie, "how=rd"));
	EXPECT_TRUE(said(&self->watch, "  of 0 records of socket "))
		TH_LOG("%s", self->watch.said);
	SHUTWATCH_EXPECT_NOT(&self->watch, pair->server_cookie, "how=rd");
	SHUTWATCH_EXPECT(&self->watch, pair->client_cookie, "how=rd");
}

TEST_F(expect, nothing_of_what_was)
{
	struct tcp_pair *pair = &self->pair;

	shutdown(pair->client, SHUT_RD);
	SHUTWATCH_EXPECT(&self->watch, pair->client_cookie, "how=rd");
	shutwatch_mark(&self->watch);
	SHUTWATCH_EXPECT_NOT(&self->watch, pair->client_cookie, "how=rd");
	shutdown(pair->client, SHUT_RD);
	SHUTWATCH_EXPECT(&self->watch, pair->client_cookie, "how=rd");
}

/* A mistake is not waited for. */
TEST_F(expect, what_makes_sense)
{
	EXPECT_FALSE(shutwatch_came(&self->watch, self->pair.client_cookie, "sent=rst"));
	EXPECT_TRUE(said(&self->watch, "'rst' is no value of sent"));
	EXPECT_FALSE(shutwatch_came_not(&self->watch, self->pair.client_cookie, "sen=RST"));
	EXPECT_TRUE(said(&self->watch, "no record has a key 'sen'"));
	EXPECT_FALSE(shutwatch_came(&self->watch, shutwatch_cookie(-1), "sent=RST"));
	EXPECT_TRUE(said(&self->watch, "no cookie"));
}

static void shut_later(int fd)
{
	const struct timespec soon = { .tv_nsec = 200000000 };

	if (fork())
		return;
	nanosleep(&soon, NULL);
	shutdown(fd, SHUT_RDWR);
	_exit(0);
}

TEST_F(expect, it_is_waited_for)
{
	shut_later(self->pair.client);
	SHUTWATCH_EXPECT(&self->watch, self->pair.client_cookie, "call=shutdown sent=FIN");
	wait(NULL);
}

/* The oldest make room, and then nobody knows what was among them. */
TEST_F(expect, not_all_was_seen)
{
	int i;

	shutdown(self->pair.client, SHUT_RDWR);
	for (i = 0; i < MANY; i++) {
		shutdown(self->pair.server, SHUT_RD);
		if (i % 1000 == 0)
			shutwatch_came(&self->watch, self->pair.server_cookie, "how=rd");
	}
	self->watch.wait_ms = 0;
	EXPECT_FALSE(shutwatch_came(&self->watch, self->pair.client_cookie, "how=rdwr"));
	EXPECT_TRUE(said(&self->watch, "it may have come, and been lost"));
	EXPECT_FALSE(shutwatch_came_not(&self->watch, self->pair.client_cookie, "sent=RST"));
	EXPECT_TRUE(said(&self->watch, "it may have come, and been lost"));
	SHUTWATCH_EXPECT(&self->watch, self->pair.server_cookie, "how=rd");
	shutwatch_mark(&self->watch);
	SHUTWATCH_EXPECT_NOT(&self->watch, self->pair.client_cookie, "how=rdwr");
}

/* Without a harness, a test that is wrong says so, and dies of it. */
TEST_F(expect, without_a_harness)
{
	int status, report[2];
	char text[1024] = "";

	ASSERT_EQ(0, pipe(report));
	if (!fork()) {
		dup2(report[1], STDERR_FILENO);
		self->watch.wait_ms = 0;
		shutwatch_assert(shutwatch_came(&self->watch, self->pair.client_cookie, "sent=RST"),
				 &self->watch);
		_exit(0);
	}
	ASSERT_LT(0, wait(&status));
	EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	EXPECT_LT(0, read(report[0], text, sizeof(text) - 1));
	EXPECT_NE(NULL, strstr(text, "interface/expect_test.c:"));
	EXPECT_NE(NULL, strstr(text, ": did not come: sent=RST\n"));
}

int main(int argc, char **argv)
{
	return module_main(argc, argv);
}

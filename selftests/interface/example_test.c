// SPDX-License-Identifier: GPL-2.0-only
/*
 * An example of a test of your own: close() with unread data resets the
 * connection, and the peer is told.  It needs nothing but the kernel's harness
 * and shutwatch_expect.h, which "make install" puts beside shutwatch.h.
 */
#include <kselftest_harness.h>
#include <netinet/in.h>
#include <shutwatch_expect.h>

TEST(close_with_unread_data)
{
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int client = socket(AF_INET, SOCK_STREAM, 0), server;
	struct sockaddr_in addr = { .sin_family = AF_INET };
	__u64 client_cookie, server_cookie;
	struct shutwatch_watch watch;
	socklen_t len = sizeof(addr);
	char data[8];

	if (!shutwatch_open(&watch))
		SKIP(return, "%s", watch.said);
	ASSERT_EQ(0, listen(listener, 1));
	ASSERT_EQ(0, getsockname(listener, (struct sockaddr *)&addr, &len));
	ASSERT_EQ(0, connect(client, (struct sockaddr *)&addr, len));
	server = accept(listener, NULL, NULL);
	ASSERT_EQ(5, send(client, "hello", 5, 0));
	ASSERT_EQ(5, recv(server, data, 5, MSG_PEEK | MSG_WAITALL));
	client_cookie = shutwatch_cookie(client);
	server_cookie = shutwatch_cookie(server);

	shutwatch_mark(&watch);
	close(server);
	SHUTWATCH_EXPECT(&watch, server_cookie, "call=close sent=RST why=unread_data unread=5");
	SHUTWATCH_EXPECT(&watch, client_cookie, "kind=reset error=ECONNRESET");
	SHUTWATCH_EXPECT_NOT(&watch, server_cookie, "sent=FIN");
	shutwatch_close(&watch);
}

TEST_HARNESS_MAIN

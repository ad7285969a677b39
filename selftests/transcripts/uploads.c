// SPDX-License-Identifier: GPL-2.0-only
/*
 * uploads - a client that sends too much, and a server that does not want it
 *
 *	uploads serve	at port 8080; reads how much is to come, and hangs up
 *	uploads		two connections to it; says what came of them
 *
 * Compiled with -O0, which keeps frame pointers: others' tools can tell who called
 * whom.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT	8080
#define LIMIT	1000

static int must(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
	return result;
}

static struct sockaddr_in address(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sin;
}

/* The C library has no frame in close(), so that who calls it is not in a stack. */
static void hang_up(int fd)
{
	close(fd);
}

/* The fault: what has come is not read. */
static void refuse(int fd)
{
	hang_up(fd);
}

static void serve_one(int fd)
{
	char size[8] = "";

	if (recv(fd, size, sizeof(size) - 1, MSG_WAITALL) > 0 && atoi(size) > LIMIT)
		refuse(fd);
	else
		hang_up(fd);
}

static void serve(void)
{
	struct sockaddr_in sin = address();
	int one = 1, fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");

	must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), "setsockopt");
	must(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), "bind");
	must(listen(fd, 9), "listen");
	for (;;)
		serve_one(must(accept(fd, NULL, NULL), "accept"));
}

static void send_one(void)
{
	struct sockaddr_in sin = address();
	int fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");
	char text[2 * LIMIT] = "0002000";
	char answer[80] = "";

	must(connect(fd, (struct sockaddr *)&sin, sizeof(sin)), "connect");
	if (send(fd, text, sizeof(text), MSG_NOSIGNAL) < 0 ||
	    recv(fd, answer, sizeof(answer) - 1, MSG_WAITALL) < 0)
		printf("upload: %s\n", strerror(errno));
	else
		printf("upload: %s", answer);
	close(fd);
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "serve"))
		serve();
	send_one();
	send_one();
	return 0;
}

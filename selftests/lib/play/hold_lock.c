// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "actor.h"
#include "hold_lock.h"
#include "step.h"

#define FAULT_MS	10000

static void *send_from_page(void *arg)
{
	struct stall *stall = arg;

	stall->sent = send(stall->fd, stall->page, STALL_BYTES, MSG_NOSIGNAL);
	return NULL;
}

/* A page that nobody has touched yet, and that the kernel has to ask us for. */
static int make_page(struct stall *stall, size_t size)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	stall->page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stall->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (stall->page == MAP_FAILED || stall->uffd < 0)
		return -errno;
	range.range.start = (unsigned long)stall->page;
	range.range.len = size;
	if (ioctl(stall->uffd, UFFDIO_API, &api) ||
	    ioctl(stall->uffd, UFFDIO_REGISTER, &range))
		return -errno;
	return 0;
}

/**
 * stall_begin - a thread begins to send(), and keeps the socket locked
 * @stall: what is to be known about it
 * @play: the play
 * @who: the socket
 */
void stall_begin(struct stall *stall, struct play *play, enum who who)
{
	struct pollfd pfd = { .events = POLLIN };
	struct uffd_msg message;
	int err;

	memset(stall, 0, sizeof(*stall));
	stall->play = play;
	stall->fd = play->actor[who].fd;
	err = make_page(stall, sysconf(_SC_PAGESIZE));
	err = err ?: -pthread_create(&stall->thread, NULL, send_from_page, stall);
	if (err) {
		remark(&play->trouble, "userfaultfd: %s", strerror(-err));
		return;
	}
	pfd.fd = stall->uffd;
	if (poll(&pfd, 1, FAULT_MS) != 1 ||
	    read(stall->uffd, &message, sizeof(message)) != sizeof(message))
		remark(&play->trouble, "send() does not get stuck");
	step(play, "", "%s.send() in a thread gets stuck", actor_name(who));
}

/**
 * stall_end - let it have its page, and wait for its end
 * @stall: it
 */
void stall_end(struct stall *stall)
{
	struct uffdio_zeropage zero = {
		.range.start = (unsigned long)stall->page,
		.range.len = sysconf(_SC_PAGESIZE),
	};

	if (ioctl(stall->uffd, UFFDIO_ZEROPAGE, &zero))
		remark(&stall->play->trouble, "no page: %s", strerror(errno));
	pthread_join(stall->thread, NULL);
	munmap(stall->page, sysconf(_SC_PAGESIZE));
	close(stall->uffd);
	step(stall->play, "", "send() goes on, and returns %zd", stall->sent);
}

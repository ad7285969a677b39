// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "actor.h"
#include "clock.h"
#include "hold_lock.h"
#include "step.h"

#define FAULT_MS	10000

static void *use_page(void *arg)
{
	struct hold_lock *hold = arg;

	hold->sent = hold->receives ?
		     recv(hold->fd, hold->page, HOLD_LOCK_BYTES, MSG_DONTWAIT) :
		     send(hold->fd, hold->page, HOLD_LOCK_BYTES, MSG_NOSIGNAL);
	return NULL;
}

/* A page that nobody has touched yet, and that the kernel has to ask us for. */
static int make_page(struct hold_lock *hold, size_t size)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	hold->page = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	hold->uffd = syscall(SYS_userfaultfd, O_CLOEXEC);
	if (hold->page == MAP_FAILED || hold->uffd < 0)
		return -errno;
	range.range.start = (unsigned long)hold->page;
	range.range.len = size;
	if (ioctl(hold->uffd, UFFDIO_API, &api) ||
	    ioctl(hold->uffd, UFFDIO_REGISTER, &range))
		return -errno;
	return 0;
}

static const char *name_of(const struct hold_lock *hold)
{
	return hold->receives ? "recv()" : "send()";
}

static void begin(struct hold_lock *hold, struct play *play, enum who who, bool receives)
{
	struct pollfd pfd = { .events = POLLIN };
	struct uffd_msg message;
	int err;

	memset(hold, 0, sizeof(*hold));
	hold->play = play;
	hold->receives = receives;
	hold->fd = play->actor[who].fd;
	err = make_page(hold, sysconf(_SC_PAGESIZE));
	if (hold->uffd < 0)
		play->lacks = "CONFIG_USERFAULTFD";
	err = err ?: -pthread_create(&hold->thread, NULL, use_page, hold);
	if (err) {
		remark(&play->trouble, "userfaultfd: %s", strerror(-err));
		return;
	}
	pfd.fd = hold->uffd;
	if (poll(&pfd, 1, FAULT_MS) != 1 ||
	    read(hold->uffd, &message, sizeof(message)) != sizeof(message))
		remark(&play->trouble, "%s does not get stuck", name_of(hold));
	step(play, "", "%s.%s in a thread gets stuck", actor_name(who), name_of(hold));
}

/**
 * hold_lock_begin - a thread begins to send(), and keeps the socket locked
 * @hold: what is to be known about it
 * @play: the play
 * @who: the socket
 */
void hold_lock_begin(struct hold_lock *hold, struct play *play, enum who who)
{
	begin(hold, play, who, false);
}

/**
 * hold_lock_receive - a thread begins to recv() data that is there, and keeps the
 *	socket locked, which may have sent its FIN
 * @hold: what is to be known about it
 * @play: the play
 * @who: the socket
 */
void hold_lock_receive(struct hold_lock *hold, struct play *play, enum who who)
{
	begin(hold, play, who, true);
}

static __u32 backlog_of(int fd)
{
	__u32 info[SK_MEMINFO_VARS] = {};
	socklen_t len = sizeof(info);

	getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &len);
	return info[SK_MEMINFO_BACKLOG];
}

/**
 * hold_lock_hears - wait until a segment more waits in the backlog: on the wire, it
 *	may still be ksoftirqd's
 * @hold: it
 *
 * Return: false if none comes; true without userfaultfd, too.
 */
bool hold_lock_hears(struct hold_lock *hold)
{
	__u64 deadline = clock_in(FAULT_MS / 1000);
	__u32 before = hold->waiting;

	if (hold->uffd < 0)
		return true;
	while ((hold->waiting = backlog_of(hold->fd)) <= before) {
		if (!clock_wait(deadline))
			return false;
	}
	return true;
}

/**
 * hold_lock_end - let it have its page, and wait for its end
 * @hold: it
 */
void hold_lock_end(struct hold_lock *hold)
{
	struct uffdio_zeropage zero = {
		.range.start = (unsigned long)hold->page,
		.range.len = sysconf(_SC_PAGESIZE),
	};

	if (hold->uffd < 0)
		return;
	if (ioctl(hold->uffd, UFFDIO_ZEROPAGE, &zero))
		remark(&hold->play->trouble, "no page: %s", strerror(errno));
	pthread_join(hold->thread, NULL);
	munmap(hold->page, sysconf(_SC_PAGESIZE));
	close(hold->uffd);
	step(hold->play, "", "%s goes on, and returns %zd", name_of(hold), hold->sent);
}

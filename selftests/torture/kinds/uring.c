// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "uring.h"

/**
 * struct ring - an io_uring with room for one request
 * @fd: it
 * @params: where its parts are
 * @map: head, tail and completions
 * @sqe: the request
 */
struct ring {
	int fd;
	struct io_uring_params params;
	char *map;
	struct io_uring_sqe *sqe;
};

#define RING_BYTES	4096

/* What the memory of the ring has at an offset. */
static atomic_uint *ring_word(const struct ring *ring, __u32 offset)
{
	return (atomic_uint *)(ring->map + offset);
}

static void ring_close(struct ring *ring)
{
	if (ring->map != MAP_FAILED)
		munmap(ring->map, RING_BYTES);
	if (ring->sqe != MAP_FAILED)
		munmap(ring->sqe, RING_BYTES);
	close(ring->fd);
}

static int ring_open(struct ring *ring)
{
	const int prot = PROT_READ | PROT_WRITE, flags = MAP_SHARED | MAP_POPULATE;

	memset(&ring->params, 0, sizeof(ring->params));
	ring->fd = syscall(SYS_io_uring_setup, 1, &ring->params);
	if (ring->fd < 0)
		return -1;
	/* Since 5.4 one mapping has both queues. */
	ring->map = mmap(NULL, RING_BYTES, prot, flags, ring->fd, IORING_OFF_SQ_RING);
	ring->sqe = mmap(NULL, RING_BYTES, prot, flags, ring->fd, IORING_OFF_SQES);
	if (ring->map != MAP_FAILED && ring->sqe != MAP_FAILED)
		return 0;
	ring_close(ring);
	return -1;
}

/* The request is in its place. */
static int ring_submit(struct ring *ring)
{
	*ring_word(ring, ring->params.sq_off.array) = 0;
	++*ring_word(ring, ring->params.sq_off.tail);
	return syscall(SYS_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0) == 1 ? 0 : -1;
}

/* Its result; -ETIME if there is none in time. */
static int ring_result(struct ring *ring, int ms)
{
	const struct io_uring_cqe *cqe =
		(struct io_uring_cqe *)(ring->map + ring->params.cq_off.cqes);
	struct pollfd pfd = { .fd = ring->fd, .events = POLLIN };

	if (*ring_word(ring, ring->params.cq_off.tail) == 0)
		poll(&pfd, 1, ms);
	return *ring_word(ring, ring->params.cq_off.tail) ? cqe->res : -ETIME;
}

static int opcode_of(enum verb verb)
{
	return verb == VERB_URING_CLOSE ? IORING_OP_CLOSE :
	       verb == VERB_URING_RECV ? IORING_OP_RECV : IORING_OP_SHUTDOWN;
}

/**
 * uring_can - does this kernel do that by io_uring?
 * @act: the act
 *
 * Return: true if it does.
 */
bool uring_can(const struct act *act)
{
	const size_t size = sizeof(struct io_uring_probe) +
			    IORING_OP_LAST * sizeof(struct io_uring_probe_op);
	const int opcode = opcode_of(act->verb);
	struct io_uring_probe *probe = calloc(1, size);
	struct ring ring;
	bool can = false;

	if (probe && !ring_open(&ring)) {
		can = !syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_PROBE,
			       probe, IORING_OP_LAST) &&
		      opcode <= probe->last_op &&
		      probe->ops[opcode].flags & IO_URING_OP_SUPPORTED;
		ring_close(&ring);
	}
	free(probe);
	return can;
}

/* On a machine that is busy a worker may take its time. */
#define RESULT_MS	20000

static int prepare(struct ring *ring, const struct act *act, int fd)
{
	static char byte;

	memset(ring->sqe, 0, sizeof(*ring->sqe));
	ring->sqe->opcode = opcode_of(act->verb);
	ring->sqe->fd = fd;
	switch (act->verb) {
	case VERB_URING_RECV:
		ring->sqe->addr = (unsigned long)&byte;
		ring->sqe->len = 1;
		ring->sqe->msg_flags = MSG_PEEK;
		return act->arg;
	case VERB_URING_SHUTDOWN:
		ring->sqe->len = uring_how(act);
		ring->sqe->flags = act->arg & uring_shutdown_arg(0, true) ? IOSQE_ASYNC : 0;
		break;
	case VERB_URING_CLOSE:
		ring->sqe->flags = act->arg ? IOSQE_ASYNC : 0;
	}
	return RESULT_MS;
}

/**
 * do_uring - shut down, close, or close while a recv is in flight
 * @performer: whose socket it is
 * @at: the act
 *
 * Return: the result of the request, or -1.
 */
int do_uring(struct performer *performer, int at)
{
	const struct act *act = &performer->scene->act[at];
	int *fd = &performer->fd[act->slot];
	struct ring ring;
	int ms, ret;

	if (ring_open(&ring))
		return -1;
	ms = prepare(&ring, act, *fd);
	ret = ring_submit(&ring) ? -errno : 0;
	if (act->verb == VERB_URING_RECV)
		close(*fd);
	if (act->verb != VERB_URING_SHUTDOWN)
		*fd = -1;
	ret = ret ?: ring_result(&ring, ms);
	ring_close(&ring);
	errno = ret < 0 ? -ret : 0;
	return ret < 0 ? -1 : ret;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running a program, and hearing of its end.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "say.h"

/* So long it may take to go, before it is killed, and to be gone then. */
#define STOP_MS		1000
#define STEP_MS		10

/* A shell says so of its programs, too; beyond the last one with a name it is a status. */
#define BY_SIGNAL	128
#define LAST_SIGNAL	SIGSYS

/* Never returns: the error goes to who started us. */
static void become(char **argv, int report)
{
	int err;

	signal(SIGPIPE, SIG_DFL);
	/* The process that waits for us may be killed. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	execvp(argv[0], argv);
	err = errno;
	if (write(report, &err, sizeof(err)) < 0)
		_exit(127);
	_exit(127);
}

/* Nothing is reported where it could be executed: the pipe closes itself. */
static int hear_report(int report)
{
	int err = 0;
	ssize_t n;

	do {
		n = read(report, &err, sizeof(err));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(err) ? -err : 0;
}

static int start(struct program *p, const int *report)
{
	p->pid = fork();
	if (p->pid < 0)
		return -errno;
	if (!p->pid)
		become(p->argv, report[1]);
	close(report[1]);
	p->fd = (int)syscall(SYS_pidfd_open, p->pid, 0);
	return p->fd < 0 ? -errno : hear_report(report[0]);
}

/**
 * program_start() - run a program
 * @p: the program, all zero
 * @argv: its words; NULL for no program, which is no error
 *
 * Return: 0, or -1 after a message.
 */
int program_start(struct program *p, char **argv)
{
	int report[2], err;

	p->fd = -1;
	if (!argv)
		return 0;
	p->argv = argv;
	/* What it starts, and leaves, is ours to stop then: see stop_all(). */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	err = pipe2(report, O_CLOEXEC) ? -errno : start(p, report);
	if (!err) {
		close(report[0]);
		return 0;
	}
	say("cannot run %s: %s", argv[0], strerror(-err));
	return -1;
}

static void take_status(struct program *p, int status)
{
	p->ended = true;
	p->status = WIFSIGNALED(status) ? BY_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/**
 * program_has_ended() - whether it has
 * @p: the program
 *
 * Return: true where it has, or where there is none.
 */
bool program_has_ended(struct program *p)
{
	int status;

	if (p->argv && !p->ended && waitpid(p->pid, &status, WNOHANG) == p->pid)
		take_status(p, status);
	return !p->argv || p->ended;
}

/* Whose child a process is; 0 where it is none any more. */
static pid_t parent_of(pid_t pid)
{
	char path[32], stat[512], state;
	const char *behind;
	int parent = 0;
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : read(fd, stat, sizeof(stat) - 1);
	if (fd >= 0)
		close(fd);
	stat[len < 0 ? 0 : len] = '\0';
	/* Its name may have anything in it. */
	behind = strrchr(stat, ')');
	if (!behind || sscanf(behind + 1, " %c %d", &state, &parent) != 2 || state == 'Z')
		return 0;
	return parent;
}

static bool is_below_us(pid_t pid)
{
	pid_t us = getpid();

	while (pid > 1 && pid != us)
		pid = parent_of(pid);
	return pid == us;
}

/* Whatever was started, by whomever of them.  Return: how many there were. */
static unsigned int signal_all(const struct program *p, int sig)
{
	DIR *proc = opendir("/proc");
	unsigned int found = 0;
	struct dirent *entry;
	pid_t pid;

	if (!proc)
		return !kill(p->pid, sig);
	while ((entry = readdir(proc))) {
		pid = (pid_t)strtol(entry->d_name, NULL, 10);
		if (pid > 1 && pid != getpid() && is_below_us(pid))
			found += !kill(pid, sig);
	}
	closedir(proc);
	return found;
}

static void reap_all(struct program *p)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == p->pid)
			take_status(p, status);
}

/* Return: whether all are gone.  Those that come meanwhile are asked, too. */
static bool stop_all(struct program *p, int sig)
{
	int ms;

	signal_all(p, sig);
	for (ms = 0; ms < STOP_MS; ms += STEP_MS) {
		reap_all(p);
		if (!signal_all(p, sig == SIGKILL ? sig : 0))
			return true;
		poll(NULL, 0, STEP_MS);
	}
	return false;
}

/**
 * program_stop() - end it, and what it has started, if it still runs: kindly, then not
 * @p: the program
 */
void program_stop(struct program *p)
{
	int status;

	if (program_has_ended(p))
		return;
	p->stopped = true;
	if (!stop_all(p, SIGTERM))
		stop_all(p, SIGKILL);
	reap_all(p);
	if (!p->ended && waitpid(p->pid, &status, 0) == p->pid)
		take_status(p, status);
}

/**
 * program_tell() - say how it ended
 * @p: the program
 */
void program_tell(const struct program *p)
{
	if (p->stopped)
		say("%s did not end in time, and was stopped", p->argv[0]);
	else if (p->status > BY_SIGNAL && p->status <= BY_SIGNAL + LAST_SIGNAL)
		say("%s ended with status %d: %s", p->argv[0], p->status,
		    strsignal(p->status - BY_SIGNAL));
	else
		say("%s ended with status %d", p->argv[0], p->status);
}

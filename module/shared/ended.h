/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What calls and decisions make of a socket, as the file sockets shows it: the
 * module's rules, and the reader's, which makes that of saved records.  Comes after
 * shutwatch.h, which is not in one place for both.
 */
#ifndef _SHUTWATCH_ENDED_H
#define _SHUTWATCH_ENDED_H

/**
 * sw_is_the_end() - is a call or decision what ended the connection?
 * @sent: enum shutwatch_sent: what was sent for it
 * @why: enum shutwatch_why
 * @over: it leaves the connection closed
 * @ended_by: enum shutwatch_by of what is taken for the end until now; none for none
 * @ended_sent: enum shutwatch_sent of that
 *
 * What ends a connection is the first FIN, or the RST that follows; where neither
 * was sent, what closed it.
 *
 * Return: non-zero if it takes the place of that.
 */
static inline int sw_is_the_end(unsigned int sent, unsigned int why, int over,
				unsigned int ended_by, unsigned int ended_sent)
{
	return sent > ended_sent ||
	       (over && !ended_by && why != SHUTWATCH_WHY_ALREADY_CLOSED);
}

/**
 * sw_shut_after() - the sides that are shut down after a call
 * @call: enum shutwatch_by
 * @how: enum shutwatch_how: what a shutdown() asks for
 * @why: enum shutwatch_why
 * @disconnects: it leads to tcp_disconnect(), after which a socket can connect again
 * @failed: it returned an error
 * @shut: enum shutwatch_how: those before
 *
 * Return: enum shutwatch_how.
 */
static inline unsigned int sw_shut_after(unsigned int call, unsigned int how,
					 unsigned int why, int disconnects, int failed,
					 unsigned int shut)
{
	if (call == SHUTWATCH_BY_CLOSE)
		return SHUTWATCH_HOW_RDWR;
	if (call == SHUTWATCH_BY_SHUTDOWN && !disconnects)
		return why == SHUTWATCH_WHY_LISTENING || why == SHUTWATCH_WHY_BUSY ?
		       shut : shut | how;
	return disconnects && !failed ? SHUTWATCH_HOW_NONE : shut;
}

#endif /* _SHUTWATCH_ENDED_H */

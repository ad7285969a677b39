/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs of the recipes do, step by step.  Each of these makes a
 * call or waits, notes it with its result, and says so where the result is not
 * the one that is expected.
 */
#ifndef ACT_H
#define ACT_H

#include "play.h"

/* What a recipe says of a call that may fail: this, or an errno. */
#define FINE	0

void act_socket(struct play *play, enum who who, int flags);
void act_bind_and_listen(struct play *play, enum who who, const char *address);
void act_listen(struct play *play, enum who who);
void act_listen_again(struct play *play, enum who who);
void act_connect(struct play *play, enum who who, const char *address, int want);
void act_queue(struct play *play, enum who client, enum who child);
void act_accept(struct play *play, enum who who, enum who listener);
void act_pair(struct play *play);
void act_shutdown(struct play *play, enum who who, int how);
int act_shutdown_try(struct play *play, enum who who, int how, int other);
void act_disconnect(struct play *play, enum who who);
void act_disconnect_fails(struct play *play, enum who who, int want);
void act_close(struct play *play, enum who who);
void act_leave(struct play *play);

/* act_thread.c: in a thread. */
void act_thread_connect(struct play *play, enum who who);
void act_thread_returns(struct play *play, enum who who, int want);

/* await.c: instead of a sleep. */
void await_unread(struct play *play, enum who who, int bytes);
void await_acked(struct play *play, enum who who);
void await_closed_window(struct play *play, enum who who);
void await_state(struct play *play, enum who who, int state);
void await_time_wait(struct play *play, enum who who, bool in);
void await_request_ends(struct play *play, enum who listener, enum who who);
void await_served(struct play *play, enum who who);
void await_queued_reset(struct play *play, enum who who);
void await_child(struct play *play, enum who who, enum who client);
void await_minis(struct play *play, int count);
void await_mini_times_out(struct play *play);

#endif /* ACT_H */

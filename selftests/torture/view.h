/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that was seen of one scene, as the judge looks at it.
 */
#ifndef VIEW_H
#define VIEW_H

#include <names.h>
#include <parse.h>

#include "history.h"
#include "packet.h"
#include "remarks.h"
#include "wire_check.h"

#define VIEW_PACKETS	4096
#define VIEW_RECORDS	1024
#define VIEW_SOCKETS	32

/**
 * struct view - a scene and what was seen of it
 * @scene: the program
 * @history: what it did
 * @nr_packets: how many of @packet are in use
 * @packet: its packets
 * @claimed_by: which record tells of each, or WIRE_NOBODY
 * @nr_records: how many of @record are in use
 * @record: its records, in the order of the module
 * @nr_sockets: how many of @cookie are in use
 * @cookie: the sockets that its records name
 * @agreement: the wire against the records
 * @remarks: what does not agree
 */
struct view {
	const struct scene *scene;
	const struct history *history;
	int nr_packets;
	struct packet packet[VIEW_PACKETS];
	int claimed_by[VIEW_PACKETS];
	int nr_records;
	struct record record[VIEW_RECORDS];
	int nr_sockets;
	__u64 cookie[VIEW_SOCKETS];
	struct agreement agreement;
	struct remarks remarks;
};

void view_add_packet(struct view *view, const struct packet *packet);
void view_add_cookie(struct view *view, __u64 cookie);
void view_add_record(struct view *view, const char *line);
int view_port(const char *address);
bool view_says(const struct record *record, enum shutwatch_key key,
	       const struct names *names, int id);
bool view_kind(const struct record *record, enum shutwatch_kind kind);
bool view_is_listener(const struct view *view, __u64 cookie);
bool view_is_child(const struct view *view, __u64 cookie);
bool view_has_ended(const struct view *view, enum side side, __u64 when);
const struct deed *view_birth(const struct view *view, __u64 cookie, enum side *side);
__u64 view_began(const struct record *record);
bool view_closes(const struct act *act);
bool view_shares(const struct view *view, enum side side, int at, __u64 cookie);

#endif /* VIEW_H */

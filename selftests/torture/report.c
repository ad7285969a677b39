// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "find_record.h"
#include "record_fields.h"
#include "report.h"

static void report_deed(FILE *out, const struct view *view, int at)
{
	const struct deed *deed = &view->history->deed[at];
	char text[64], result[32] = "";

	scene_act_print(&view->scene->act[at], text, sizeof(text));
	if (!deed->begun)
		snprintf(result, sizeof(result), "(no socket)");
	else if (!deed->done)
		snprintf(result, sizeof(result), "did not return");
	else if (deed->err)
		snprintf(result, sizeof(result), "%s", strerrorname_np(deed->err));
	else
		snprintf(result, sizeof(result), "%d", deed->ret);
	fprintf(out, "  %3d %-24s %-14s cookie=%llx %.6f to %.6f\n", at, text, result,
		deed->cookie, deed->from / 1e9, deed->to / 1e9);
}

static void report_packet(FILE *out, const struct view *view, int at)
{
	const int record = view->claimed_by[at];
	char text[256];

	packet_print(text, sizeof(text), &view->packet[at]);
	fprintf(out, "  %s", text);
	if (record != WIRE_NOBODY)
		fprintf(out, "  (record %s)",
			record_get(&view->record[record], SHUTWATCH_KEY_SEQ));
	fputc('\n', out);
}

static void report_record(FILE *out, const struct record *r)
{
	int key;

	fputs(" ", out);
	for (key = 0; key < SHUTWATCH_KEY__MAX; key++) {
		if (r->value[key] && strcmp(r->value[key], SHUTWATCH_NOTHING) &&
		    key != SHUTWATCH_KEY_NETNS)
			fprintf(out, " %s=%s", key_names.name[key], r->value[key]);
	}
	fputc('\n', out);
}

/**
 * report_scene - tell all there is to tell of a scene
 * @out: where to
 * @view: the scene, judged
 */
void report_scene(FILE *out, const struct view *view)
{
	int i;

	fprintf(out, "\nDISAGREEMENT in the program of SEED=%llu (N=1 plays it alone)\n",
		view->scene->seed);
	for (i = 0; i < remarks_kept(&view->remarks); i++)
		fprintf(out, "  %s\n", view->remarks.text[i]);
	if (view->scene->mptcp)
		fprintf(out, " MPTCP sockets: %#x, the listener is the first bit\n",
			view->scene->mptcp);
	fprintf(out, " what it did (c: clients, pid %d; s: server, pid %d; a dot: in step)\n",
		view->history->pid[SIDE_CLIENT], view->history->pid[SIDE_SERVER]);
	for (i = 0; i < view->scene->nr_acts; i++)
		report_deed(out, view, i);
	fprintf(out, " packets\n");
	for (i = 0; i < view->nr_packets; i++)
		report_packet(out, view, i);
	fprintf(out, " records\n");
	for (i = 0; i < view->nr_records; i++)
		report_record(out, &view->record[i]);
}

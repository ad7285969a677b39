// SPDX-License-Identifier: GPL-2.0-only
/*
 * A ladder as a picture, SVG 1.1.  The text of a ladder is printable ASCII, of
 * which XML wants three characters escaped.
 */
#include <stdio.h>
#include <string.h>

#include "out.h"
#include "story/draw.h"

/* Of a character, in units of the picture. */
#define WIDTH		9
#define HEIGHT		20
#define BASELINE	15
#define MARGIN		12

#define COLUMN(n)	(MARGIN + (n) * WIDTH)
#define LEFT		COLUMN(LADDER_TIME + LADDER_STATE)
#define RIGHT		COLUMN(LADDER_TIME + LADDER_STATE + 1 + LADDER_BETWEEN)

#define STYLE								\
	"<style>text{font:14px monospace;fill:#222;white-space:pre}"	\
	".t{fill:#777}.b{font-weight:bold}"				\
	".u{stroke:#999}.rst{stroke:#c22}.fin{stroke:#282}"		\
	"line{stroke-width:1.5}.w{stroke-dasharray:3 4}"		\
	"text.rst,text.fin{stroke:none}"				\
	"text.rst{fill:#c22}text.fin{fill:#282}</style>\n"
#define HEAD(name, colour)						\
	"<marker id=\"" name "\" markerWidth=\"9\" markerHeight=\"8\" refX=\"9\" refY=\"4\" " \
	"orient=\"auto\" markerUnits=\"userSpaceOnUse\">"		\
	"<path d=\"M0,0L9,4L0,8z\" fill=\"" colour "\"/></marker>"

static char *put_escaped(char *to, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			to = stpcpy(to, "&amp;");
			break;
		case '<':
			to = stpcpy(to, "&lt;");
			break;
		case '>':
			to = stpcpy(to, "&gt;");
			break;
		default:
			*to++ = *text;
		}
	}
	*to = '\0';
	return to;
}

static char *put_text(char *to, int x, int y, const char *anchor, const char *class,
		      const char *text)
{
	if (!*text)
		return to;
	to += sprintf(to, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" class=\"%s\">", x,
		      y + BASELINE, anchor, class);
	to = put_escaped(to, text);
	return stpcpy(to, "</text>\n");
}

static char *put_line(char *to, int x1, int y1, int x2, int y2, const char *class)
{
	return to + sprintf(to, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"%s\"",
			    x1, y1, x2, y2, class);
}

/* On the arrow, not across it. */
static char *put_label(char *to, const struct rung *r, int y, const char *class)
{
	int width = ((int)strlen(r->text) + 2) * WIDTH;

	to += sprintf(to, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
		      (LEFT + RIGHT - width) / 2, y + 1, width, HEIGHT - 2);
	return put_text(to, (LEFT + RIGHT) / 2, y, "middle", class, r->text);
}

static char *put_segment(char *to, const struct rung *r, int y)
{
	const char *name = r->is_rst ? "rst" : "fin";
	char class[16];

	snprintf(class, sizeof(class), "%s%s", name, r->waits ? " w" : "");
	if (r->side == LADDER_LEFT)
		to = put_line(to, LEFT, y + HEIGHT / 2, RIGHT, y + HEIGHT / 2, class);
	else
		to = put_line(to, RIGHT, y + HEIGHT / 2, LEFT, y + HEIGHT / 2, class);
	if (!r->waits)
		to += sprintf(to, " marker-end=\"url(#%s)\"", name);
	return put_label(stpcpy(to, "/>\n"), r, y, name);
}

static char *put_step(char *to, const struct rung *r, int y)
{
	if (r->kind == RUNG_GAP)
		return put_text(to, (LEFT + RIGHT) / 2, y, "middle", "t", r->text);
	if (r->side == LADDER_LEFT) {
		to = put_text(to, LEFT - WIDTH, y, "end", "b", r->state);
		return put_text(to, LEFT + WIDTH, y, "start", "", r->text);
	}
	to = put_text(to, RIGHT + WIDTH, y, "start", "b", r->state);
	return put_text(to, RIGHT - WIDTH, y, "end", "", r->text);
}

static char *put_rung(char *to, const struct rung *r, int y)
{
	if (r->kind == RUNG_TITLE)
		return put_text(to, MARGIN, y, "start", "", r->text);
	to = stpcpy(put_line(to, LEFT, y, LEFT, y + HEIGHT, "u"), "/>\n");
	to = stpcpy(put_line(to, RIGHT, y, RIGHT, y + HEIGHT, "u"), "/>\n");
	to = put_text(to, COLUMN(LADDER_TIME - 1), y, "end", "t", r->time);
	return r->kind == RUNG_SEGMENT ? put_segment(to, r, y) : put_step(to, r, y);
}

/**
 * draw_svg() - draw a ladder as a picture
 * @l: the ladder
 *
 * Return: false where it could not be sent on; complains then.
 */
bool draw_svg(const struct ladder *l)
{
	int width = COLUMN(LADDER_WIDTH) + MARGIN;
	int height = (int)l->nr * HEIGHT + 2 * MARGIN;
	char *to = out_line();
	size_t i;

	to += sprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n",
		      width, height, width, height);
	to = stpcpy(to, STYLE "<defs>" HEAD("rst", "#c22") HEAD("fin", "#282") "</defs>\n"
		    "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
	if (!out_done(to))
		return false;
	for (i = 0; i < l->nr; i++) {
		to = put_rung(out_line(), &l->rung[i], MARGIN + (int)i * HEIGHT);
		if (!out_done(to))
			return false;
	}
	return out_done(stpcpy(out_line(), "</svg>\n")) && out_flush();
}

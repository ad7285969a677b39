// SPDX-License-Identifier: GPL-2.0-only
/*
 * story: connections from birth to end, drawn as ladders.
 */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "each.h"
#include "quote.h"
#include "say.h"
#include "story/draw.h"
#include "story/legs.h"
#include "story/tell.h"

/**
 * struct wanted - which connections
 * @legs: all that there are
 * @nr_ends: how many ends were named
 * @end: those
 * @cookie: the socket that was named, or 0
 */
struct wanted {
	struct legs legs;
	int nr_ends;
	struct endpoint end[2];
	unsigned long long cookie;
};

static bool parse_cookie(struct wanted *w, const char *word)
{
	char *end;

	if (!*word || strspn(word, "0123456789abcdefABCDEFx") != strlen(word))
		return false;
	w->cookie = strtoull(word, &end, 16);
	return w->cookie && !*end;
}

static int parse_words(struct wanted *w, const struct options *o)
{
	int i;

	for (i = 0; i < o->nr_words; i++) {
		if (!endpoint_parse(&w->end[i], o->words[i])) {
			w->nr_ends++;
			continue;
		}
		if (o->nr_words == 1 && parse_cookie(w, o->words[i]))
			return 0;
		say("'%s' is not valid: an end of a connection, as 192.0.2.1:80,\n"
		    "  or the cookie of a socket, in hexadecimal; shutwatch events -swx shows both",
		    o->words[i]);
		fprintf(stderr, "Try 'shutwatch --help'.\n");
		return -1;
	}
	return 0;
}

static bool is_named(const struct wanted *w, const struct leg *leg)
{
	if (w->cookie)
		return leg->cookie == w->cookie;
	if (!w->nr_ends)
		return true;
	if (!leg->has_ends)
		return false;
	if (w->nr_ends == 1)
		return endpoint_is(&w->end[0], &leg->local) ||
		       endpoint_is(&w->end[0], &leg->remote);
	return (endpoint_is(&w->end[0], &leg->local) && endpoint_is(&w->end[1], &leg->remote)) ||
	       (endpoint_is(&w->end[1], &leg->local) && endpoint_is(&w->end[0], &leg->remote));
}

static void take(void *context, const struct record *r, const char *line,
		 const struct saved *saved, bool passes)
{
	struct wanted *w = context;
	struct leg *leg;

	if (saved)
		legs_source(&w->legs, saved);
	leg = legs_take(&w->legs, r, line);
	if (leg)
		leg->is_chosen |= passes;
}

/* A listener is no connection; a socket that never got anywhere is. */
static bool is_connection(const struct leg *leg)
{
	return leg->has_ends || leg->opened;
}

static bool is_wanted(const struct wanted *w, const struct leg *leg)
{
	return is_connection(leg) && leg->is_chosen && is_named(w, leg);
}

/* Each connection once, where its first record is. */
static unsigned long tell_all(struct ladder *l, struct wanted *w, unsigned long max)
{
	unsigned long told = 0;
	struct leg *leg;

	for (leg = w->legs.first; leg && (!max || told < max); leg = leg->next) {
		if (leg->is_told)
			continue;
		if (!is_wanted(w, leg) && !(leg->peer && is_wanted(w, leg->peer)))
			continue;
		tell_connection(l, leg, w->legs.notes);
		if (leg->peer)
			leg->peer->is_told = true;
		told++;
	}
	return told;
}

static bool draw(const struct ladder *l, const struct options *o)
{
	bool unicode = o->drawing == DRAWING_UNICODE;

	if (o->drawing == DRAWING_SVG)
		return draw_svg(l);
	if (o->drawing == DRAWING_BY_LOCALE)
		unicode = setlocale(LC_CTYPE, "") && !strcmp(nl_langinfo(CODESET), "UTF-8");
	return draw_text(l, unicode ? &unicode_strokes : &ascii_strokes, o->table.colour);
}

/**
 * run_story() - draw the connections that the user asks for
 * @o: what the user wants
 *
 * Return: an exit status.
 */
int run_story(const struct options *o)
{
	static struct wanted w;
	struct ladder l = { 0 };
	int status;

	if (parse_words(&w, o))
		return EXIT_USAGE;
	legs_begin(&w.legs);
	status = each_record(o, take, &w);
	if (!tell_all(&l, &w, o->count) && status == EXIT_SUCCESS) {
		say("there is no record of such a connection\n"
		    "  shutwatch events -swx%s%s shows what there is",
		    o->saved ? " -r " : "", o->saved ? quoted(o->saved) : "");
		status = EXIT_FAILURE;
	}
	if (l.nr && !draw(&l, o))
		status = EXIT_FAILURE;
	ladder_free(&l);
	return status;
}

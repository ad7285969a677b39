/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records as JSON, one object per line.
 */
#ifndef SHUTWATCH_JSON_H
#define SHUTWATCH_JSON_H

#include <text.h>

#include "parse.h"

/* When and where, in JSON: names are those of uname(2), each byte may take six. */
#define JSON_ORIGIN	512

/* The longest object: each byte of a line may take six, and each key has a name. */
#define JSON_SIZE	(6 * SHUTWATCH_LINE_MAX + 32 * SHUTWATCH_KEY__MAX + JSON_ORIGIN)

/* The names under which an object says what it is, and when and where it was. */
#define JSON_TYPE	"type"
#define JSON_TIME	"time"
#define JSON_HOST	"host"

/* What stands before the value of each key. */
#define JSON_AS_KEY(id, name, ...)	[id] = SW_WORD(",\"" name "\":"),

static const struct sw_word json_keys[] = { SHUTWATCH_KEY_LIST(JSON_AS_KEY) };

/**
 * struct json_origin - when and where something was, as objects say it
 * @text: the members
 * @len: their length
 */
struct json_origin {
	char text[JSON_ORIGIN];
	size_t len;
};

/**
 * struct json_end - the names of an address and of a port
 * @addr: what stands before an address
 * @port: what stands between the two
 * @nothing: what stands for both, where there are none
 */
struct json_end {
	struct sw_word addr;
	struct sw_word port;
	const char *nothing;
};

#define JSON_END(addr_, port_)						\
	{								\
		.addr = SW_WORD(",\"" addr_ "\":\""),			\
		.port = SW_WORD("\",\"" port_ "\":"),			\
		.nothing = ",\"" addr_ "\":null,\"" port_ "\":null",	\
	}

static const struct json_end json_local = JSON_END("laddr", "lport");
static const struct json_end json_remote = JSON_END("raddr", "rport");

void json_origin(struct json_origin *origin, const char *time, const char *host);
char *json_string(char *to, const char *text);
char *json_record(char *to, const struct record *r, const char *type,
		  const struct json_origin *origin);
char *json_stat(char *to, const char *name, const char *value, bool is_text,
		const struct json_origin *origin);

#endif /* SHUTWATCH_JSON_H */

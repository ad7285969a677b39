// SPDX-License-Identifier: GPL-2.0-only
#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tcp_pair.h"
#include "tls.h"

static int set_key(int fd, int direction)
{
	/* All else is 0, at both ends. */
	const struct tls12_crypto_info_aes_gcm_128 key = {
		.info = { TLS_1_2_VERSION, TLS_CIPHER_AES_GCM_128 },
	};

	return setsockopt(fd, SOL_TLS, direction, &key, sizeof(key));
}

/**
 * do_tls - hand the socket to TLS
 * @fd: the socket, which has to be connected
 * @what: TLS_SENDS, TLS_RECEIVES, both, or neither
 *
 * Return: which of them it does; -1 if TLS does not have it.
 */
int do_tls(int fd, int what)
{
	int done = 0;

	if (setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof("tls")))
		return -1;
	if (what & TLS_SENDS && !set_key(fd, TLS_TX))
		done |= TLS_SENDS;
	if (what & TLS_RECEIVES && !set_key(fd, TLS_RX))
		done |= TLS_RECEIVES;
	return done;
}

/* To ask the kernel for a module that is not there takes long, each time. */
static bool there;

/**
 * tls_prepare - have all modules loaded that TLS needs, where they are not yet
 *
 * Else the first program would wait for that with its socket locked, which is
 * longer than the other end waits for an answer.
 *
 * Return: false if TLS is not there.
 */
bool tls_prepare(void)
{
	struct tcp_pair pair;

	if (tcp_pair_join(&pair, "127.0.0.1:9001", "127.0.0.1:9000"))
		return false;
	there = do_tls(pair.client, TLS_SENDS | TLS_RECEIVES) ==
		(TLS_SENDS | TLS_RECEIVES);
	tcp_pair_part(&pair);
	return there;
}

/**
 * tls_can - does this kernel have TLS, as far as tls_prepare() knows?
 *
 * Return: true if it does.
 */
bool tls_can(void)
{
	return there;
}

/**
 * tls_is_on - has TLS a socket?  Then bytes that are sent and received are others
 * @view: the scene
 * @cookie: the socket
 *
 * Return: true if it has, or had.
 */
bool tls_is_on(const struct view *view, __u64 cookie)
{
	int i;

	for (i = 0; i < view->scene->nr_acts; i++) {
		const struct deed *deed = &view->history->deed[i];

		if (view->scene->act[i].verb == VERB_TLS && deed->begun &&
		    deed->ret >= 0 && deed->cookie == cookie)
			return true;
	}
	return false;
}

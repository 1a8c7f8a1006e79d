/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/keys_serve.c: the keyholder's side of keys.h. It runs in a process that has given up nearly all system calls:
 * one recv, one send, getrandom and the memory of an OpenSSL context, and no more.
 */
#include "gateway/crypto/keys.h"

#include <errno.h>
#include <sys/socket.h>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/wire.h"

static void
keys_serve_one(struct sh_kek *kek, const struct sh_wire_question *q, struct sh_wire_answer *a)
{
	struct sh_tenant_key key;
	size_t n = 0;

	a->n = 0;
	if (q->op == SH_WIRE_MAKE) {
		a->status = sh_kek_make(kek, &q->tenant, a->bytes, &n, NULL);
		if (a->status == SH_OK)
			a->n = (uint8_t)n;
		return;
	}
	a->status = sh_kek_unwrap(kek, &q->tenant, (struct sh_str){ (const char *)q->bytes, q->n }, &key, NULL);
	if (a->status == SH_OK)
		sh_wire_key_put(a, &key);
	sh_digest_wipe(&key, sizeof(key));
}

bool
sh_keys_serve(int fd, struct sh_kek *kek)
{
	uint8_t bytes[SH_WIRE_MAX + 1];		/* one more, so that a longer message shows */
	struct sh_wire_question q[SH_WIRE_COUNT];
	struct sh_wire_answer a[SH_WIRE_COUNT];
	uint32_t serial;
	size_t n, len;
	ssize_t got = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	bool sent;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (got <= 0 || !sh_wire_ask_read(bytes, (size_t)got, &serial, q, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		keys_serve_one(kek, &q[i], &a[i]);
	len = sh_wire_tell(bytes, serial, a, n);
	/* A worker that does not fetch its answers must not stop the others': there is always room for one. */
	sent = send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len;
	sh_digest_wipe(a, n * sizeof(*a));
	sh_digest_wipe(bytes, len);
	return sent;
}

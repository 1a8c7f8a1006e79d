/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* server/keyholder.c: poll(2) over the control socket and one socket a worker; no event loop, no driver, no database. */
#include "gateway/server/keyholder.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/base/log.h"
#include "gateway/crypto/keys.h"
#include "gateway/server/confine.h"
#include "gateway/server/process.h"

#define KEYHOLDER_WORKERS 1024

enum sh_status
sh_keyholder_pass(int control, int fd, struct sh_error *e)
{
	char byte = 'w';
	struct iovec iov = { &byte, 1 };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} ancillary = { 0 };
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = ancillary.room, .msg_controllen = sizeof(ancillary.room)
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	if (sendmsg(control, &m, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
		return sh_fail(e, SH_EAGAIN, "the keyholder does not listen: %m");
	return SH_OK;
}

/* The descriptor that came; -1: none this time; -2: the master has gone. */
static int
keyholder_take(int control)
{
	char byte;
	struct iovec iov = { &byte, 1 };
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(sizeof(int))];
	} ancillary;
	struct msghdr m = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = ancillary.room, .msg_controllen = sizeof(ancillary.room)
	};
	ssize_t n = recvmsg(control, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	struct cmsghdr *c;
	int fd = -1;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return -1;
	if (n <= 0)
		return -2;
	c = CMSG_FIRSTHDR(&m);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

/* Row 0 is the control socket, -1 once it has closed; poll skips negative descriptors. */
static void
keyholder_serve(struct pollfd *p, size_t n, struct sh_kek *kek)
{
	while (p[0].fd >= 0 || n > 1) {
		if (poll(p, n, -1) < 0)
			continue;
		for (size_t i = n; i-- > 1;) {
			if (!p[i].revents || ((p[i].revents & POLLIN) && sh_keys_serve(p[i].fd, kek)))
				continue;
			close(p[i].fd);
			p[i] = p[--n];
		}
		if (p[0].fd >= 0 && p[0].revents) {
			int fd = keyholder_take(p[0].fd);
			if (fd == -2) {
				close(p[0].fd);
				p[0].fd = -1;
			} else if (fd >= 0 && n == KEYHOLDER_WORKERS) {
				close(fd);
			} else if (fd >= 0) {
				p[n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
			}
		}
	}
}

int
sh_keyholder_run(const char *key_file, int control, atomic_int *ready)
{
	static struct pollfd sockets[KEYHOLDER_WORKERS];
	struct sh_kek *kek;
	struct sh_error e;

	signal(SIGTERM, SIG_IGN); /* the master closes the control socket instead, after the workers */
	if (sh_kek_open(key_file, &kek, &e) != SH_OK) {
		sh_log(SH_LOG_ERROR, "keyholder.no_key", "the key-encryption key could not be opened", SH_F_STR("why", e.text));
		return SH_EXIT_SETUP;
	}
	if (sh_confine(&e) != SH_OK) {
		sh_log(SH_LOG_ERROR, "keyholder.free", "the keyholder could not be confined, and does not work unconfined",
		    SH_F_STR("why", e.text));
		sh_kek_close(kek);
		return SH_EXIT_SETUP;
	}
	sockets[0] = (struct pollfd){ .fd = control, .events = POLLIN };
	atomic_store(ready, 1);
	keyholder_serve(sockets, 1, kek);
	sh_kek_close(kek);
	return SH_EXIT_OK;
}

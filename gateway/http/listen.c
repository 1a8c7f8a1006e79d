/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The listening socket that the master makes and all workers inherit. TCP_NODELAY is set here because accepted
 * sockets inherit it on Linux: without it each TLS reply waits 40 ms for a delayed acknowledgement.
 */
#include "gateway/http/server.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define LISTEN_BACKLOG 1024

/* "host:port", "[v6]:port" or ":port" into its two parts. */
static bool
listen_split(const char *address, char host[256], const char **ret_port)
{
	const char *colon = strrchr(address, ':');
	size_t n = colon ? (size_t)(colon - address) : 0;
	if (!colon || colon[1] == '\0' || n >= 256)
		return false;
	bool bracket = address[0] == '[';
	if (bracket && (n < 2 || address[n - 1] != ']'))
		return false;
	if (!bracket && memchr(address, ':', n))
		return false;
	memcpy(host, address + bracket, n - 2 * bracket);
	host[n - 2 * bracket] = '\0';
	*ret_port = colon + 1;
	return true;
}

static int
listen_open(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	int on = 1, off = 0;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (a->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) < 0 || bind(fd, a->ai_addr, a->ai_addrlen) < 0 ||
	    listen(fd, LISTEN_BACKLOG) < 0) {
		int error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

enum sh_status
sh_http_listen(const char *address, int *ret_fd, struct sh_error *e)
{
	char host[256];
	const char *port;
	if (!listen_split(address, host, &port))
		return sh_fail(e, SH_EINVALID, "\"%.80s\" is not an address to listen on; write 127.0.0.1:8080 or [::]:8080", address);
	const struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	int rc = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
	if (rc != 0)
		return sh_fail(e, SH_EINVALID, "cannot listen on \"%.80s\": %s", address, gai_strerror(rc));
	int fd = listen_open(found);
	freeaddrinfo(found);
	if (fd < 0)
		return sh_fail(e, SH_ESYSTEM, "cannot listen on \"%.80s\": %s", address, strerror(errno));
	*ret_fd = fd;
	return SH_OK;
}

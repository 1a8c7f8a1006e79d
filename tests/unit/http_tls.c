/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Certificate and key as an operator may have left them, and what is agreed with which client. Both sides of each handshake stand here,
 * joined by memory; over sockets the same server is tried in http_server.c and http_limits.c.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "gateway/http/tls.h"
#include "tls_files.h"

#define DAY 86400L

static char folder[64];

static struct sh_tls *
serve(const char *name, bool only_1_3, struct sh_tls_tickets *tickets)
{
	struct sh_error e;
	struct sh_tls *t = NULL;
	char crt[80], key[80];
	snprintf(crt, sizeof(crt), "%s.crt", name);
	snprintf(key, sizeof(key), "%s.key", name);
	const struct sh_tls_options o = { .certificate = tls_files_path(folder, crt),
		.key = tls_files_path(folder, key),
		.only_1_3 = only_1_3,
		.tickets = tickets };
	if (sh_tls_new(&o, time(NULL), &t, &e) != SH_OK)
		fail_msg("%s", e.text);
	return t;
}

/* ---- files ---- */

static void
files_at_fault(void **state)
{
	(void)state;
	static const struct {
		const char *certificate, *key, *says;
	} cases[] = {
		{ "good.crt", "good.key", NULL },
		{ "chain.crt", "good.key", NULL },
		{ "absent.crt", "good.key", "absent.crt cannot be read by the user" },
		{ "good.crt", "absent.key", "absent.key cannot be read by the user" },
		{ ".", "good.key", "is not a PEM file" },
		{ "good.key", "good.key", "good.key holds no certificate" },
		{ "good.crt", "good.crt", "may be read by everybody" },
		{ "good.crt", "open.key", "open.key may be read by everybody" },
		{ "good.crt", "empty.key", "empty.key holds no private key" },
		{ "good.crt", "good.locked", "under a passphrase" },
		{ "good.crt", "other.key", "other.key is not the key of the certificate" },
		{ "expired.crt", "expired.key", "expired.crt: the certificate expired on 20" },
		{ "early.crt", "early.key", "early.crt: the certificate is not valid before 20" },
	};
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_error e = { 0 };
		struct sh_tls *t = NULL;
		const struct sh_tls_options o = { .certificate = tls_files_path(folder, cases[i].certificate),
			.key = tls_files_path(folder, cases[i].key) };
		enum sh_status status = sh_tls_new(&o, time(NULL), &t, &e);
		if ((status == SH_OK) != !cases[i].says || (t != NULL) != (status == SH_OK))
			fail_msg("%s, %s: %d, %s", cases[i].certificate, cases[i].key, status, e.text);
		if (cases[i].says && !strstr(e.text, cases[i].says))
			fail_msg("%s, %s: said \"%s\"", cases[i].certificate, cases[i].key, e.text);
		assert_int_equal(ERR_peek_error(), 0);
		sh_tls_free(t);
	}
}

static void
the_day_it_ends(void **state)
{
	(void)state;
	struct sh_tls *t = serve("good", false, NULL);
	assert_in_range(sh_tls_expires_s(t) - time(NULL), 90 * DAY - 60, 90 * DAY);
	sh_tls_free(t);
}

/* ---- handshakes ---- */

struct ends {
	SSL_CTX *ctx;
	SSL *client, *server;
};

static void
ends_make(struct ends *x, struct sh_tls *t, int version, const char *alpn, SSL_SESSION *resume)
{
	BIO *one, *two;
	x->ctx = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_security_level(x->ctx, 0);
	SSL_CTX_set_min_proto_version(x->ctx, version);
	SSL_CTX_set_max_proto_version(x->ctx, version);
	x->client = SSL_new(x->ctx);
	if (alpn)
		SSL_set_alpn_protos(x->client, (const unsigned char *)alpn, (unsigned)strlen(alpn));
	if (resume)
		SSL_set_session(x->client, resume);
	SSL_set_connect_state(x->client);
	x->server = sh_tls_accept(t);
	SSL_set_accept_state(x->server);
	BIO_new_bio_pair(&one, 0, &two, 0);
	SSL_set_bio(x->client, one, one);
	SSL_set_bio(x->server, two, two);
}

static void
ends_free(struct ends *x)
{
	SSL_free(x->client);
	SSL_free(x->server);
	SSL_CTX_free(x->ctx);
}

/* Both ends go on until both stand, or one gives up; then the client reads what came after, a ticket for one. */
static bool
agree(struct ends *x)
{
	char byte;
	for (int i = 0; i < 20; i++) {
		int a = SSL_do_handshake(x->client), b = SSL_do_handshake(x->server);
		if (a == 1 && b == 1) {
			SSL_read(x->client, &byte, 1);
			return sh_tls_is_up(x->server);
		}
		if (SSL_get_error(x->server, b) == SSL_ERROR_SSL) {
			SSL_do_handshake(x->client);
			return false;
		}
	}
	return false;
}

static void
versions_and_protocols(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		int version;
		bool only_1_3;
		const char *alpn;
		bool agrees;
	} cases[] = {
		{ "1.3", TLS1_3_VERSION, false, NULL, true },
		{ "1.2", TLS1_2_VERSION, false, NULL, true },
		{ "1.1", TLS1_1_VERSION, false, NULL, false },
		{ "1.0", TLS1_VERSION, false, NULL, false },
		{ "1.2 where 1.3 is asked for", TLS1_2_VERSION, true, NULL, false },
		{ "1.3 where 1.3 is asked for", TLS1_3_VERSION, true, NULL, true },
		{ "http/1.1", TLS1_3_VERSION, false, "\x08http/1.1", true },
		{ "h2 and http/1.1", TLS1_3_VERSION, false, "\x02h2\x08http/1.1", true },
		{ "h2 alone", TLS1_3_VERSION, false, "\x02h2", false },
		{ "h2 alone, 1.2", TLS1_2_VERSION, false, "\x02h2", false },
	};
	for (size_t i = 0; i < SH_LENGTH(cases); i++) {
		struct sh_tls *t = serve("good", cases[i].only_1_3, NULL);
		struct ends x;
		ends_make(&x, t, cases[i].version, cases[i].alpn, NULL);
		if (agree(&x) != cases[i].agrees)
			fail_msg("%s", cases[i].what);
		const unsigned char *chosen = NULL;
		unsigned n = 0;
		SSL_get0_alpn_selected(x.client, &chosen, &n);
		if (cases[i].agrees && cases[i].alpn)
			assert_memory_equal(chosen, "http/1.1", 8);
		if (!cases[i].agrees && cases[i].alpn)
			assert_int_equal(ERR_GET_REASON(ERR_peek_last_error()), SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
		ERR_clear_error();
		ends_free(&x);
		sh_tls_free(t);
	}
}

/* Only TLS 1.2 knows it. */
static void
nothing_is_renegotiated(void **state)
{
	(void)state;
	struct sh_tls *t = serve("good", false, NULL);
	struct ends x;
	char byte;
	ends_make(&x, t, TLS1_2_VERSION, NULL, NULL);
	assert_true(agree(&x));
	assert_null(SSL_get_current_compression(x.server));
	SSL_renegotiate(x.client);
	for (int i = 0; i < 10; i++) {
		SSL_do_handshake(x.client);
		SSL_read(x.server, &byte, 1);
	}
	assert_int_equal(SSL_num_renegotiations(x.server), 0);
	assert_int_not_equal(SSL_do_handshake(x.client), 1);
	ERR_clear_error();
	ends_free(&x);
	sh_tls_free(t);
}

static void
the_end_is_said_once(void **state)
{
	(void)state;
	struct sh_tls *t = serve("good", false, NULL);
	struct ends x;
	char byte;
	ends_make(&x, t, TLS1_3_VERSION, NULL, NULL);
	sh_tls_goodbye(x.server); /* too early: nothing is said, nothing is left in the queue */
	assert_int_equal(SSL_get_shutdown(x.server), 0);
	assert_true(agree(&x));
	sh_tls_goodbye(x.server);
	sh_tls_goodbye(x.server);
	assert_int_equal(ERR_peek_error(), 0);
	int rc = SSL_read(x.client, &byte, 1);
	assert_int_equal(SSL_get_error(x.client, rc), SSL_ERROR_ZERO_RETURN);
	ends_free(&x);
	sh_tls_free(t);
}

/* ---- tickets ---- */

static bool
resumes(struct sh_tls *t, int version, SSL_SESSION **session)
{
	struct ends x;
	ends_make(&x, t, version, NULL, *session);
	assert_true(agree(&x));
	bool resumed = sh_tls_is_resumed(x.server);
	assert_int_equal(resumed, SSL_session_reused(x.client));
	SSL_SESSION_free(*session);
	*session = SSL_get1_session(x.client);
	/* Without this OpenSSL takes the session for broken, and does not offer it again. */
	SSL_shutdown(x.client);
	ends_free(&x);
	return resumed;
}

static void
one_worker_opens_anothers_tickets(void **state)
{
	(void)state;
	static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	for (size_t i = 0; i < SH_LENGTH(versions); i++) {
		struct sh_tls_tickets *page = sh_tls_tickets_new();
		struct sh_tls *one = serve("good", false, page), *two = serve("good", false, page);
		struct sh_tls *alone = serve("good", false, NULL), *renewed = serve("other", false, page);
		SSL_SESSION *session = NULL;
		assert_false(resumes(one, versions[i], &session));
		assert_non_null(session);
		assert_true(resumes(two, versions[i], &session));
		assert_true(resumes(one, versions[i], &session));
		assert_false(resumes(alone, versions[i], &session));
		SSL_SESSION_free(SH_TAKE(session));

		/* With another certificate the old session counts for nothing. */
		assert_false(resumes(one, versions[i], &session));
		assert_false(resumes(renewed, versions[i], &session));
		SSL_SESSION_free(session);
		sh_tls_free(one);
		sh_tls_free(two);
		sh_tls_free(alone);
		sh_tls_free(renewed);
	}
}

/* Who protects the page cannot write it any more; its owner can, and what it writes is seen. */
static void
the_page_is_for_reading(void **state)
{
	struct sh_tls_tickets *page = sh_tls_tickets_new();
	int status;
	pid_t pid = fork();

	(void)state;
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		sh_tls_tickets_protect(page);
		page->key[0].name[0] = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	sh_tls_tickets_tick(page, 1);
	sh_tls_tickets_tick(page, 1 + SH_TLS_TICKET_S * INT64_C(1000));
	assert_int_equal(page->current, 1);
}

static void
ticket_keys_grow_old(void **state)
{
	(void)state;
	const int64_t hour_ms = SH_TLS_TICKET_S * INT64_C(1000);
	struct sh_tls_tickets *page = sh_tls_tickets_new();
	struct sh_tls *t = serve("good", false, page);
	struct sh_tls_ticket_key first = page->key[page->current];
	int64_t now_ms = 5000;
	SSL_SESSION *session = NULL, *copy;
	sh_tls_tickets_tick(page, now_ms);
	sh_tls_tickets_tick(page, now_ms + hour_ms - 1);
	assert_memory_equal(&first, &page->key[page->current], sizeof(first));

	assert_false(resumes(t, TLS1_2_VERSION, &session));
	copy = SSL_SESSION_dup(session);
	sh_tls_tickets_tick(page, now_ms += hour_ms);
	assert_memory_not_equal(&first, &page->key[page->current], sizeof(first));
	assert_true(resumes(t, TLS1_2_VERSION, &session)); /* and has a new ticket now */
	sh_tls_tickets_tick(page, now_ms += hour_ms);
	sh_tls_tickets_tick(page, now_ms += hour_ms);
	for (int i = 0; i < SH_TLS_TICKET_KEYS; i++)
		assert_memory_not_equal(first.name, page->key[i].name, sizeof(first.name));
	assert_true(resumes(t, TLS1_2_VERSION, &session));
	assert_false(resumes(t, TLS1_2_VERSION, &copy));
	SSL_SESSION_free(session);
	SSL_SESSION_free(copy);
	sh_tls_free(t);
}

static int
make_files(void **state)
{
	(void)state;
	tls_files_folder(folder);
	tls_files_make(folder, "good", -DAY, 90 * DAY);
	tls_files_make(folder, "other", -DAY, 90 * DAY);
	tls_files_make(folder, "expired", -2 * DAY, -DAY);
	tls_files_make(folder, "early", DAY, 2 * DAY);
	tls_files_make(folder, "open", -DAY, DAY);
	chmod(tls_files_path(folder, "open.key"), 0644);
	FILE *f = fopen(tls_files_path(folder, "empty.key"), "w");
	fclose(f);
	chmod(tls_files_path(folder, "empty.key"), 0600);

	FILE *chain = fopen(tls_files_path(folder, "chain.crt"), "w");
	static const char *const parts[] = { "good.crt", "other.crt" };
	for (size_t i = 0; i < SH_LENGTH(parts); i++) {
		char text[4096];
		f = fopen(tls_files_path(folder, parts[i]), "r");
		fwrite(text, 1, fread(text, 1, sizeof(text), f), chain);
		fclose(f);
	}
	fclose(chain);
	return 0;
}

static int
remove_files(void **state)
{
	(void)state;
	tls_files_remove(folder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_at_fault),
		cmocka_unit_test(the_day_it_ends),
		cmocka_unit_test(versions_and_protocols),
		cmocka_unit_test(nothing_is_renegotiated),
		cmocka_unit_test(the_end_is_said_once),
		cmocka_unit_test(one_worker_opens_anothers_tickets),
		cmocka_unit_test(the_page_is_for_reading),
		cmocka_unit_test(ticket_keys_grow_old),
	};
	return cmocka_run_group_tests(tests, make_files, remove_files);
}

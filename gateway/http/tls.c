/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * Files are read by us and not by OpenSSL's stdio, so that no copy of the key is left in a buffer; the key itself lies in
 * OpenSSL's secure heap (locked, left out of dumps), where the machine has one to give.
 */
#include "gateway/http/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gateway/base/time.h"

#define TLS_FILE_BYTES (1 << 20)
#define TLS_SECURE_HEAP (64 << 10)

struct sh_tls {
	SSL_CTX *ctx;
	struct sh_tls_tickets *tickets;
	int64_t expires_s;
};

static const unsigned char tls_http[] = "\x08http/1.1";

/* ---- files ---- */

/* What OpenSSL says is one line for people; the rest of its queue is dropped. */
static const char *
tls_why(char text[160])
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	snprintf(text, 160, "%s", reason ? reason : "unknown");
	ERR_clear_error();
	return text;
}

static enum sh_status
tls_read_fd(int fd, const char *file, char **ret, size_t *ret_n, struct sh_error *e)
{
	struct stat st;
	size_t n = 0;
	ssize_t got = 0;
	char *text;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > TLS_FILE_BYTES)
		return sh_fail(e, SH_EINVALID, "%s is not a PEM file", file);
	text = malloc((size_t)st.st_size + 1);
	/* Not from where the descriptor stands: others share it. */
	while (text && n < (size_t)st.st_size && (got = pread(fd, text + n, (size_t)st.st_size - n, (off_t)n)) > 0)
		n += (size_t)got;
	if (text && got >= 0) {
		*ret = text;
		*ret_n = n;
		return SH_OK;
	}
	if (text)
		OPENSSL_cleanse(text, n);
	free(text);
	return sh_fail(e, SH_ESYSTEM, "%s cannot be read: %s", file, strerror(errno));
}

static enum sh_status
tls_read(const char *file, int held, bool secret, char **ret, size_t *ret_n, struct sh_error *e)
{
	struct stat st;
	int fd = held > 0 ? held : open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum sh_status status;

	if (fd < 0)
		return sh_fail(
		    e, SH_ESYSTEM, "%s cannot be read by the user that the gateway runs as: %s", file, strerror(errno));
	if (held <= 0 && secret && fstat(fd, &st) == 0 && (st.st_mode & S_IRWXO))
		status = sh_fail(e, SH_EDENIED, "%s may be read by everybody on this machine: chmod o-rwx", file);
	else
		status = tls_read_fd(fd, file, ret, ret_n, e);
	if (held <= 0)
		close(fd);
	return status;
}

/* Without it OpenSSL would ask on the terminal. */
static int
tls_no_passphrase(char *text, int room, int writing, void *arg)
{
	(void)text, (void)room, (void)writing, (void)arg;
	return -1;
}

static enum sh_status
tls_use_key(SSL_CTX *ctx, const struct sh_tls_options *o, struct sh_error *e)
{
	const char *file = o->key;
	char *text, why[160];
	size_t n;
	enum sh_status status = tls_read(file, o->key_fd, true, &text, &n, e);
	if (status != SH_OK)
		return status;

	BIO *bio = BIO_new_mem_buf(text, (int)n);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, tls_no_passphrase, NULL) : NULL;
	if (!key)
		status = sh_fail(e, SH_EINVALID, "%s holds no private key in PEM, or one under a passphrase", file);
	else if (SSL_CTX_use_PrivateKey(ctx, key) != 1 || SSL_CTX_check_private_key(ctx) != 1)
		status = sh_fail(e, SH_EINVALID, "%s is not the key of the certificate: %s", file, tls_why(why));
	ERR_clear_error();
	EVP_PKEY_free(key);
	BIO_free(bio);
	OPENSSL_cleanse(text, n);
	free(text);
	return status;
}

static int64_t
tls_seconds(const ASN1_TIME *t)
{
	struct tm tm = { 0 };
	return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

static enum sh_status
tls_check_times(const X509 *leaf, const char *file, int64_t now_s, int64_t *ret_expires_s, struct sh_error *e)
{
	int64_t from_s = tls_seconds(X509_get0_notBefore(leaf)), to_s = tls_seconds(X509_get0_notAfter(leaf));
	bool expired = to_s <= now_s;
	char day[32] = "";

	if (expired || from_s > now_s)
		sh_time_format_rfc3339((expired ? to_s : from_s) * SH_SECOND_MS, day);
	if (expired)
		return sh_fail(e, SH_EINVALID, "%s: the certificate expired on %s", file, day);
	if (from_s > now_s)
		return sh_fail(e, SH_EINVALID, "%s: the certificate is not valid before %s", file, day);
	*ret_expires_s = to_s;
	return SH_OK;
}

/* Tickets carry this name: with another certificate they count for nothing. */
static bool
tls_name_sessions(SSL_CTX *ctx, const X509 *leaf)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	return X509_digest(leaf, EVP_sha256(), digest, &n) == 1 && SSL_CTX_set_session_id_context(ctx, digest, n) == 1;
}

static enum sh_status
tls_use_certificates(struct sh_tls *t, const struct sh_tls_options *o, int64_t now_s, struct sh_error *e)
{
	const char *file = o->certificate;
	char *text, why[160];
	size_t n;
	enum sh_status status = tls_read(file, o->certificate_fd, false, &text, &n, e);
	if (status != SH_OK)
		return status;

	BIO *bio = BIO_new_mem_buf(text, (int)n);
	X509 *leaf = bio ? PEM_read_bio_X509_AUX(bio, NULL, tls_no_passphrase, NULL) : NULL, *next;
	if (!leaf)
		status = sh_fail(e, SH_EINVALID, "%s holds no certificate in PEM", file);
	else
		status = tls_check_times(leaf, file, now_s, &t->expires_s, e);
	if (status == SH_OK && (SSL_CTX_use_certificate(t->ctx, leaf) != 1 || !tls_name_sessions(t->ctx, leaf)))
		status = sh_fail(e, SH_EINVALID, "%s cannot be used: %s", file, tls_why(why));
	while (status == SH_OK && (next = PEM_read_bio_X509(bio, NULL, tls_no_passphrase, NULL)))
		if (SSL_CTX_add0_chain_cert(t->ctx, next) != 1) {
			X509_free(next);
			status = sh_fail(e, SH_EINVALID, "%s: a certificate of the chain cannot be used: %s", file, tls_why(why));
		}
	ERR_clear_error();
	X509_free(leaf);
	BIO_free(bio);
	free(text);
	return status;
}

/* ---- what is agreed ---- */

static int
tls_choose_protocol(SSL *ssl, const unsigned char **ret, unsigned char *ret_n, const unsigned char *in, unsigned n, void *arg)
{
	(void)ssl, (void)arg;
	unsigned char *chosen;
	if (SSL_select_next_proto(&chosen, ret_n, tls_http, sizeof(tls_http) - 1, in, n) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_ALERT_FATAL;
	*ret = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static bool
tls_ticket_start(struct sh_tls_ticket_key *k, const unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, bool seal)
{
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, k->mac, sizeof(k->mac)),
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char[]){ "SHA256" }, 0),
		OSSL_PARAM_construct_end(),
	};
	return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, k->cipher, iv, seal) == 1 &&
	       EVP_MAC_CTX_set_params(mac, params) == 1;
}

/*
 * 1: go on; 2: open, and give a new one; 0: unknown, so there will be a full handshake; -1: failed. In TLS 1.3 a ticket is for once, so
 * that nobody can tell by it who comes again.
 */
static int
tls_ticket(SSL *ssl, unsigned char name[16], unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int seal)
{
	const struct sh_tls *t = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
	unsigned current = atomic_load(&t->tickets->current) % SH_TLS_TICKET_KEYS;
	struct sh_tls_ticket_key k;
	int rc = seal ? -1 : 0;

	for (unsigned i = 0; i < (seal ? 1 : SH_TLS_TICKET_KEYS); i++) {
		k = t->tickets->key[(current + SH_TLS_TICKET_KEYS - i) % SH_TLS_TICKET_KEYS];
		if (seal) {
			memcpy(name, k.name, sizeof(k.name));
			if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1 &&
			    tls_ticket_start(&k, iv, cipher, mac, true))
				rc = 1;
		} else if (CRYPTO_memcmp(name, k.name, sizeof(k.name)) == 0) {
			rc = tls_ticket_start(&k, iv, cipher, mac, false) ? (i == 0 && SSL_version(ssl) < TLS1_3_VERSION ? 1 : 2)
									  : -1;
			break;
		}
	}
	OPENSSL_cleanse(&k, sizeof(k));
	return rc;
}

static bool
tls_agree(struct sh_tls *t, bool only_1_3)
{
	SSL_CTX *ctx = t->ctx;

	SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_alpn_select_cb(ctx, tls_choose_protocol, NULL);
	SSL_CTX_set_app_data(ctx, t);
	SSL_CTX_set_timeout(ctx, SH_TLS_TICKET_S);
	if (!t->tickets)
		SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
	return SSL_CTX_set_min_proto_version(ctx, only_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION) == 1 &&
	       SSL_CTX_set_num_tickets(ctx, t->tickets ? 1 : 0) == 1 &&
	       (!t->tickets || SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, tls_ticket) == 1);
}

enum sh_status
sh_tls_new(const struct sh_tls_options *o, int64_t now_s, struct sh_tls **ret, struct sh_error *e)
{
	struct sh_tls *t = calloc(1, sizeof(*t));
	enum sh_status status = SH_OK;

	/* Where it cannot be had, keys lie in ordinary memory, which core files and other processes do not get to see either. */
	if (!CRYPTO_secure_malloc_initialized())
		CRYPTO_secure_malloc_init(TLS_SECURE_HEAP, 16);
	if (t) {
		t->ctx = SSL_CTX_new(TLS_server_method());
		t->tickets = o->tickets;
	}
	if (!t || !t->ctx || !tls_agree(t, o->only_1_3))
		status = sh_fail(e, SH_ESYSTEM, "TLS could not be set up");
	if (status == SH_OK)
		status = tls_use_certificates(t, o, now_s, e);
	if (status == SH_OK) {
		status = tls_use_key(t->ctx, o, e);
		if (o->key_at_fault)
			*o->key_at_fault = status != SH_OK;
	}
	ERR_clear_error();
	if (status == SH_OK)
		*ret = t;
	else
		sh_tls_free(t);
	return status;
}

void
sh_tls_free(struct sh_tls *t)
{
	if (!t)
		return;
	SSL_CTX_free(t->ctx);
	free(t);
}

int64_t
sh_tls_expires_s(const struct sh_tls *t)
{
	return t->expires_s;
}

/* ---- tickets ---- */

static void
tls_ticket_key_make(struct sh_tls_ticket_key *k)
{
	bool made = RAND_bytes(k->name, sizeof(k->name)) == 1 && RAND_priv_bytes(k->cipher, sizeof(k->cipher)) == 1 &&
		    RAND_priv_bytes(k->mac, sizeof(k->mac)) == 1;
	assert(made); /* a key that can be guessed would be worse than none */
	(void)made;
}

struct sh_tls_tickets *
sh_tls_tickets_new(void)
{
	struct sh_tls_tickets *t = mmap(NULL, sizeof(*t), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (t == MAP_FAILED)
		return NULL;
	madvise(t, sizeof(*t), MADV_DONTDUMP);
	(void)!mlock(t, sizeof(*t));
	for (int i = 0; i < SH_TLS_TICKET_KEYS; i++)
		tls_ticket_key_make(&t->key[i]);
	return t;
}

void
sh_tls_tickets_tick(struct sh_tls_tickets *t, int64_t now_ms)
{
	if (now_ms < t->next_ms)
		return;
	if (t->next_ms) {
		unsigned next = (atomic_load(&t->current) + 1) % SH_TLS_TICKET_KEYS;
		tls_ticket_key_make(&t->key[next]);
		atomic_store(&t->current, next);
	}
	t->next_ms = now_ms + SH_TLS_TICKET_S * INT64_C(1000);
}

void
sh_tls_tickets_protect(struct sh_tls_tickets *t)
{
	(void)!mprotect(t, sizeof(*t), PROT_READ);
}

/* ---- one connection ---- */

SSL *
sh_tls_accept(struct sh_tls *t)
{
	SSL *ssl = SSL_new(t->ctx);
	ERR_clear_error();
	return ssl;
}

bool
sh_tls_is_up(SSL *ssl)
{
	return SSL_is_init_finished(ssl);
}

bool
sh_tls_is_resumed(SSL *ssl)
{
	return SSL_session_reused(ssl);
}

void
sh_tls_goodbye(SSL *ssl)
{
	ERR_clear_error();
	if (SSL_is_init_finished(ssl) && !(SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN))
		SSL_shutdown(ssl);
	ERR_clear_error();
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * crypto/kek_file.c: the key from a file, or from systemd's credential, which is a file too.
 *
 * Wrapped: 1 byte format, 4 bytes that tell one key file from another (a hash under the key), 12 bytes random nonce,
 * then sealed: generation, data key, index key; 16 bytes tag. Associated data: a name for this use, the 5 bytes in
 * front, the tenant. One tenant is one wrapped value, so random nonces stay far below GCM's limit of 2^32.
 */
#include "gateway/crypto/kek_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "gateway/crypto/digest.h"
#include "gateway/crypto/gcm.h"
#include "gateway/crypto/locked.h"

#define KEK_FORMAT 1
#define KEK_MARK 4
#define KEK_HEADER (1 + KEK_MARK)
#define KEK_PLAIN (1 + 32 + 32)
#define KEK_WRAPPED (KEK_HEADER + SH_GCM_NONCE + KEK_PLAIN + SH_GCM_TAG)
#define KEK_USE "switchhook tenant key"

struct kek_file {
	uint8_t key[32];
	uint8_t mark[KEK_MARK];
};

static_assert(KEK_WRAPPED <= SH_KEK_WRAPPED_MAX, "a wrapped key has room");

/*
 * Nobody else may read it. One exception: systemd lets a service read its credential by an access list, and the
 * group's bits of such a file are the list's mask; the group itself has no right.
 */
static enum sh_status
kek_file_check(int fd, const char *path, bool credential, struct sh_error *e)
{
	struct stat st;
	unsigned mode;

	if (fstat(fd, &st) != 0)
		return sh_fail(e, SH_ESYSTEM, "%s: %m", path);
	if (!S_ISREG(st.st_mode))
		return sh_fail(e, SH_EINVALID, "%s is not a file", path);
	mode = st.st_mode & 07777;
	if (credential && fgetxattr(fd, "system.posix_acl_access", NULL, 0) > 0)
		mode &= ~040u;
	if (mode & 077)
		return sh_fail(e, SH_EDENIED, "%s has mode %04o: others may read the key; chmod 0600 it", path,
			(unsigned)st.st_mode & 07777);
	return SH_OK;
}

/* text ends in NUL. false: neither spelling. */
static bool
kek_file_decode(const char *text, size_t n, uint8_t out[32])
{
	unsigned char bytes[33], again[45];
	size_t got;
	bool ok = false;

	if (n == 64) {
		ok = OPENSSL_hexstr2buf_ex(out, 32, &got, text, '\0') && got == 32;
	} else if (n == 44) {
		/* The decoder forgives blanks and stray bits: what does not encode to the same text is refused. */
		if (EVP_DecodeBlock(bytes, (const unsigned char *)text, 44) == 33) {
			EVP_EncodeBlock(again, bytes, 32);
			ok = memcmp(again, text, 44) == 0;
			memcpy(out, bytes, 32);
		}
		sh_digest_wipe(bytes, sizeof(bytes));
		sh_digest_wipe(again, sizeof(again));
	}
	ERR_clear_error();
	return ok;
}

static enum sh_status
kek_file_read(int fd, const char *path, uint8_t out[32], struct sh_error *e)
{
	static const uint8_t zero[32];
	char text[128];
	size_t n = 0;
	ssize_t got;
	bool ok;

	while ((got = read(fd, text + n, sizeof(text) - 1 - n)) > 0)
		n += (size_t)got;
	if (got < 0) {
		sh_fail(e, SH_ESYSTEM, "%s: %m", path);
		sh_digest_wipe(text, sizeof(text));
		return SH_ESYSTEM;
	}
	if (n == sizeof(text) - 1)
		n = 0;		/* longer than any key: the rest was not read */
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
		n--;
	text[n] = '\0';
	ok = kek_file_decode(text, n, out);
	sh_digest_wipe(text, sizeof(text));
	if (!ok)
		return sh_fail(e, SH_EINVALID, "%s does not hold a key of 64 hex digits or 44 base64 characters", path);
	if (CRYPTO_memcmp(out, zero, 32) == 0)
		return sh_fail(e, SH_EINVALID, "%s holds a key of zeros; `switchhook key new FILE` makes a real one", path);
	return SH_OK;
}

static enum sh_status
kek_file_take(struct sh_kek *k, const char *path, bool credential, struct sh_error *e)
{
	const struct sh_str use = SH_STR(KEK_USE " mark");
	struct kek_file *f;
	uint8_t hash[32];
	/* Not to wait for the other end of a pipe. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	enum sh_status s;

	if (fd < 0)
		return sh_fail(e, errno == ENOENT ? SH_EABSENT : SH_EDENIED, "%s: %m", path);
	s = kek_file_check(fd, path, credential, e);
	if (s == SH_OK) {
		f = k->state = sh_locked_new(sizeof(*f), e);
		s = f ? kek_file_read(fd, path, f->key, e) : SH_ESYSTEM;
	}
	close(fd);
	if (s != SH_OK)
		return s;
	sh_digest_hmac(SH_SHA256, (struct sh_str){ (const char *)f->key, sizeof(f->key) }, &use, 1, hash);
	memcpy(f->mark, hash, KEK_MARK);
	return SH_OK;
}

static enum sh_status
kek_file_open(struct sh_kek *k, const char *where, struct sh_error *e)
{
	return kek_file_take(k, where, false, e);
}

static enum sh_status
kek_file_open_credential(struct sh_kek *k, const char *where, struct sh_error *e)
{
	char path[4096];

	(void)where;
	if ((size_t)snprintf(path, sizeof(path), "%s/" SH_KEK_CREDENTIAL, getenv("CREDENTIALS_DIRECTORY")) >= sizeof(path))
		return sh_fail(e, SH_ETOOBIG, "$CREDENTIALS_DIRECTORY is too long");
	return kek_file_take(k, path, true, e);
}

static void
kek_file_close(struct sh_kek *k)
{
	sh_locked_free(k->state, sizeof(struct kek_file));
}

static struct sh_str
kek_file_associated(const uint8_t header[KEK_HEADER], const struct sh_id *tenant, char out[64])
{
	size_t n = sizeof(KEK_USE);

	static_assert(sizeof(KEK_USE) + KEK_HEADER + sizeof(tenant->b) <= 64, "it has room");
	memcpy(out, KEK_USE, n);
	memcpy(out + n, header, KEK_HEADER);
	memcpy(out + n + KEK_HEADER, tenant->b, sizeof(tenant->b));
	return (struct sh_str){ out, n + KEK_HEADER + sizeof(tenant->b) };
}

static enum sh_status
kek_file_wrap(struct sh_kek *k, const struct sh_id *tenant, const struct sh_tenant_key *key, uint8_t *out, size_t *ret_n,
    struct sh_error *e)
{
	const struct kek_file *f = k->state;
	uint8_t plain[KEK_PLAIN], *nonce = out + KEK_HEADER;
	char around[64];

	(void)e;
	plain[0] = key->generation;
	memcpy(plain + 1, key->data, 32);
	memcpy(plain + 33, key->index, 32);
	out[0] = KEK_FORMAT;
	memcpy(out + 1, f->mark, KEK_MARK);
	sh_id_random(nonce, SH_GCM_NONCE);
	sh_gcm_seal(f->key, nonce, kek_file_associated(out, tenant, around), (struct sh_str){ (const char *)plain, sizeof(plain) },
		nonce + SH_GCM_NONCE);
	sh_digest_wipe(plain, sizeof(plain));
	*ret_n = KEK_WRAPPED;
	return SH_OK;
}

static enum sh_status
kek_file_unwrap(struct sh_kek *k, const struct sh_id *tenant, struct sh_str wrapped, struct sh_tenant_key *ret, struct sh_error *e)
{
	const struct kek_file *f = k->state;
	const uint8_t *in = (const uint8_t *)wrapped.s, *nonce = in + KEK_HEADER;
	uint8_t plain[KEK_PLAIN];
	char around[64];

	if (wrapped.n != KEK_WRAPPED || in[0] != KEK_FORMAT)
		return sh_fail(e, SH_EINVALID, "this is no wrapped key");
	if (memcmp(in + 1, f->mark, KEK_MARK) != 0)
		return sh_fail(e, SH_EDENIED, "the tenant's key was wrapped with another key file");
	if (!sh_gcm_open(f->key, nonce, kek_file_associated(in, tenant, around),
			(struct sh_str){ (const char *)nonce + SH_GCM_NONCE, KEK_PLAIN + SH_GCM_TAG }, plain))
		return sh_fail(e, SH_EINVALID, "the tenant's key is damaged, or another tenant's");
	ret->generation = plain[0];
	memcpy(ret->data, plain + 1, 32);
	memcpy(ret->index, plain + 33, 32);
	sh_digest_wipe(plain, sizeof(plain));
	return SH_OK;
}

enum sh_status
sh_kek_file_new(const char *path, struct sh_error *e)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t key[32];
	char text[65];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
	bool ok;

	if (fd < 0 && errno == EEXIST)
		return sh_fail(e, SH_ECONFLICT, "%s exists: a key is never overwritten, for what it sealed would be lost", path);
	if (fd < 0)
		return sh_fail(e, SH_ESYSTEM, "%s: %m", path);
	sh_id_random(key, sizeof(key));
	for (size_t i = 0; i < sizeof(key); i++) {
		text[2 * i] = digits[key[i] >> 4];
		text[2 * i + 1] = digits[key[i] & 15];
	}
	text[64] = '\n';
	/* A umask may have taken the owner's own rights away. */
	ok = fchmod(fd, 0600) == 0 && write(fd, text, sizeof(text)) == (ssize_t)sizeof(text) && fsync(fd) == 0;
	sh_digest_wipe(key, sizeof(key));
	sh_digest_wipe(text, sizeof(text));
	if (!ok) {
		sh_fail(e, SH_ESYSTEM, "%s: %m", path);
		unlink(path);
	}
	close(fd);
	return ok ? SH_OK : SH_ESYSTEM;
}

#define KEK_FILE_REST .wrap = kek_file_wrap, .unwrap = kek_file_unwrap, .close = kek_file_close
const struct sh_kek_impl sh_kek_file = { .name = "file", .open = kek_file_open, KEK_FILE_REST };
const struct sh_kek_impl sh_kek_credential = { .name = "credential", .open = kek_file_open_credential, KEK_FILE_REST };

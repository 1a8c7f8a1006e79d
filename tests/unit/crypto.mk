# SPDX-License-Identifier: Apache-2.0
CRYPTO_TEST_LIBS = gateway/crypto/libcrypto.a gateway/base/libbase.a $(CMOCKA_LIBS) $(CRYPTO_LIBS) $(LZ4_LIBS) $(EVENT_LIBS)

check_PROGRAMS += %D%/crypto_digest
TESTS += %D%/crypto_digest
%C%_crypto_digest_SOURCES = %D%/crypto_digest.c
%C%_crypto_digest_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_crypto_digest_LDADD = $(CRYPTO_TEST_LIBS)

check_PROGRAMS += %D%/crypto_token
TESTS += %D%/crypto_token
%C%_crypto_token_SOURCES = %D%/crypto_token.c
%C%_crypto_token_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_crypto_token_LDADD = $(CRYPTO_TEST_LIBS)

check_PROGRAMS += %D%/crypto_seal
TESTS += %D%/crypto_seal
%C%_crypto_seal_SOURCES = %D%/crypto_seal.c
%C%_crypto_seal_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_crypto_seal_LDADD = $(CRYPTO_TEST_LIBS)

check_PROGRAMS += %D%/crypto_kek
TESTS += %D%/crypto_kek
%C%_crypto_kek_SOURCES = %D%/crypto_kek.c
%C%_crypto_kek_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_crypto_kek_LDADD = $(CRYPTO_TEST_LIBS)

check_PROGRAMS += %D%/crypto_keycache
TESTS += %D%/crypto_keycache
%C%_crypto_keycache_SOURCES = %D%/crypto_keycache.c
%C%_crypto_keycache_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_crypto_keycache_LDADD = $(CRYPTO_TEST_LIBS)

check_PROGRAMS += %D%/crypto_wire
TESTS += %D%/crypto_wire
%C%_crypto_wire_SOURCES = %D%/crypto_wire.c
%C%_crypto_wire_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_crypto_wire_LDADD = $(CRYPTO_TEST_LIBS)

check_PROGRAMS += %D%/crypto_keys
TESTS += %D%/crypto_keys
%C%_crypto_keys_SOURCES = %D%/crypto_keys.c
%C%_crypto_keys_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_crypto_keys_LDADD = $(CRYPTO_TEST_LIBS)

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

# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += %D%/ingress_spool_log
TESTS += %D%/ingress_spool_log
%C%_ingress_spool_log_SOURCES = %D%/ingress_spool_log.c
%C%_ingress_spool_log_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_ingress_spool_log_LDADD = gateway/ingress/libingress.a gateway/crypto/libcrypto.a gateway/base/libbase.a $(CRYPTO_LIBS) $(EVENT_LIBS) $(CMOCKA_LIBS)

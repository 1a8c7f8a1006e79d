# SPDX-License-Identifier: Apache-2.0
# cmd/ is a program, not a library: a test takes the files that it is about.
check_PROGRAMS += %D%/cmd_rest
TESTS += %D%/cmd_rest
%C%_cmd_rest_SOURCES = %D%/cmd_rest.c gateway/cmd/rest_policy.c gateway/cmd/rest_read.c gateway/cmd/rest_show.c gateway/cmd/rest_story.c gateway/cmd/rest_table.c gateway/cmd/rest_text.c gateway/cmd/secret.c
%C%_cmd_rest_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_cmd_rest_LDADD = gateway/policy/libpolicy.a gateway/store/libstore.a gateway/crypto/libcrypto.a gateway/base/libbase.a \
	$(EVENT_LIBS) $(PQ_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS) $(YAML_LIBS) $(CMOCKA_LIBS)

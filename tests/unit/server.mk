# SPDX-License-Identifier: Apache-2.0
server_test_libs = gateway/server/libserver.a gateway/http/libhttp.a gateway/driver/libdriver.a gateway/net/libnet.a gateway/crypto/libcrypto.a gateway/base/libbase.a \
	$(EVENT_LIBS) $(PQ_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS) $(YAML_LIBS) $(SECCOMP_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/server_config
TESTS += %D%/server_config
%C%_server_config_SOURCES = %D%/server_config.c
%C%_server_config_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_server_config_LDADD = $(server_test_libs)

check_PROGRAMS += %D%/server_postgres
TESTS += %D%/server_postgres
%C%_server_postgres_SOURCES = %D%/server_postgres.c
%C%_server_postgres_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_server_postgres_LDADD = $(server_test_libs)

check_PROGRAMS += %D%/server_keyholder
TESTS += %D%/server_keyholder
%C%_server_keyholder_SOURCES = %D%/server_keyholder.c
%C%_server_keyholder_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_server_keyholder_LDADD = $(server_test_libs)

check_PROGRAMS += %D%/server_fleet
TESTS += %D%/server_fleet
%C%_server_fleet_SOURCES = %D%/server_fleet.c
%C%_server_fleet_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_server_fleet_LDADD = $(server_test_libs)

check_PROGRAMS += %D%/server_process
TESTS += %D%/server_process
%C%_server_process_SOURCES = %D%/server_process.c
%C%_server_process_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_server_process_LDADD = $(server_test_libs)

check_PROGRAMS += %D%/server_confine
TESTS += %D%/server_confine
%C%_server_confine_SOURCES = %D%/server_confine.c
%C%_server_confine_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_server_confine_LDADD = $(server_test_libs)

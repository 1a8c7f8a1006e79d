# SPDX-License-Identifier: Apache-2.0
net_tests = %D%/net_guard %D%/net_client
check_PROGRAMS += $(net_tests)
TESTS += $(net_tests)
net_libs = gateway/net/libnet.a gateway/base/libbase.a $(CMOCKA_LIBS) $(CURL_LIBS) $(EVENT_LIBS)
%C%_net_guard_SOURCES = %D%/net_guard.c
%C%_net_guard_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_net_guard_LDADD = $(net_libs)
%C%_net_client_SOURCES = %D%/net_client.c %D%/net_world.c %D%/net_world.h
%C%_net_client_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_net_client_LDADD = $(net_libs)

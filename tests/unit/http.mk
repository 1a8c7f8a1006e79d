# SPDX-License-Identifier: Apache-2.0
http_tests = %D%/http_frame %D%/http_router %D%/http_problem %D%/http_server
check_PROGRAMS += $(http_tests)
TESTS += $(http_tests)
http_libs = gateway/http/libhttp.a gateway/base/libbase.a $(CMOCKA_LIBS) $(EVENT_LIBS)
%C%_http_frame_SOURCES = %D%/http_frame.c
%C%_http_frame_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_http_frame_LDADD = $(http_libs)
%C%_http_router_SOURCES = %D%/http_router.c
%C%_http_router_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_http_router_LDADD = $(http_libs)
%C%_http_problem_SOURCES = %D%/http_problem.c
%C%_http_problem_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_http_problem_LDADD = $(http_libs)
%C%_http_server_SOURCES = %D%/http_server.c
%C%_http_server_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_http_server_LDADD = $(http_libs)

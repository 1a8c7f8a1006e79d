# SPDX-License-Identifier: Apache-2.0
API_TEST_LIBS = gateway/api/libapi.a gateway/engine/libengine.a gateway/policy/libpolicy.a gateway/driver/libdriver.a gateway/http/libhttp.a \
	gateway/net/libnet.a gateway/store/libstore.a gateway/crypto/libcrypto.a gateway/base/libbase.a $(CMOCKA_LIBS) \
	$(EVENT_LIBS) $(PQ_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS) $(YAML_LIBS) $(LZ4_LIBS) $(CSV_LIBS)

check_PROGRAMS += %D%/api_order
TESTS += %D%/api_order
%C%_api_order_SOURCES = %D%/api_order.c
%C%_api_order_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_api_order_LDADD = $(API_TEST_LIBS)

check_PROGRAMS += %D%/api_bind
TESTS += %D%/api_bind
%C%_api_bind_SOURCES = %D%/api_bind.c
%C%_api_bind_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_api_bind_LDADD = $(API_TEST_LIBS)

check_PROGRAMS += %D%/api_body
TESTS += %D%/api_body
%C%_api_body_SOURCES = %D%/api_body.c
%C%_api_body_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_api_body_LDADD = $(API_TEST_LIBS)

check_PROGRAMS += %D%/api_page
TESTS += %D%/api_page
%C%_api_page_SOURCES = %D%/api_page.c
%C%_api_page_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_api_page_LDADD = $(API_TEST_LIBS)

check_PROGRAMS += %D%/api_reveal
TESTS += %D%/api_reveal
%C%_api_reveal_SOURCES = %D%/api_reveal.c
%C%_api_reveal_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_api_reveal_LDADD = $(API_TEST_LIBS)

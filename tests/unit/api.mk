# SPDX-License-Identifier: Apache-2.0
API_TEST_LIBS = gateway/api/libapi.a gateway/engine/libengine.a gateway/policy/libpolicy.a gateway/driver/libdriver.a gateway/http/libhttp.a \
	gateway/net/libnet.a gateway/store/libstore.a gateway/crypto/libcrypto.a gateway/base/libbase.a $(CMOCKA_LIBS) \
	$(EVENT_LIBS) $(PQ_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS) $(YAML_LIBS) $(LZ4_LIBS)

check_PROGRAMS += %D%/api_order
TESTS += %D%/api_order
%C%_api_order_SOURCES = %D%/api_order.c
%C%_api_order_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_api_order_LDADD = $(API_TEST_LIBS)

# SPDX-License-Identifier: Apache-2.0
check_PROGRAMS += %D%/engine_event %D%/engine_order %D%/engine_seen %D%/engine_wish
TESTS += %D%/engine_event %D%/engine_order %D%/engine_seen %D%/engine_wish
%C%_engine_event_SOURCES = %D%/engine_event.c
%C%_engine_event_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_engine_event_LDADD = gateway/engine/libengine.a gateway/policy/libpolicy.a gateway/driver/libdriver.a gateway/net/libnet.a \
	gateway/store/libstore.a gateway/crypto/libcrypto.a gateway/base/libbase.a $(CMOCKA_LIBS) \
	$(EVENT_LIBS) $(PQ_LIBS) $(CURL_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS) $(YAML_LIBS) $(LZ4_LIBS)
%C%_engine_seen_SOURCES = %D%/engine_seen.c
%C%_engine_seen_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_engine_seen_LDADD = $(%C%_engine_event_LDADD)
%C%_engine_wish_SOURCES = %D%/engine_wish.c
%C%_engine_wish_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_engine_wish_LDADD = $(%C%_engine_event_LDADD)
# The events of a call in every order, as the drivers read them.
%C%_engine_order_SOURCES = %D%/engine_order.c
%C%_engine_order_CPPFLAGS = $(driver_test_cppflags)
%C%_engine_order_LDADD = gateway/kit/libkit.a $(%C%_engine_event_LDADD)
EXTRA_%C%_engine_order_DEPENDENCIES = $(driver_LTLIBRARIES)

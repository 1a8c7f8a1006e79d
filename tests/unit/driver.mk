# SPDX-License-Identifier: Apache-2.0
driver_test_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -DSH_SRCDIR='"$(abs_top_srcdir)"' -DSH_BUILDDIR='"$(abs_top_builddir)"'
driver_test_ldadd = gateway/driver/libdriver.a gateway/crypto/libcrypto.a gateway/base/libbase.a \
	$(CMOCKA_LIBS) $(CRYPTO_LIBS) $(JSON_LIBS) $(YAML_LIBS)

# The loader against bad drivers, compiled while it runs.
check_PROGRAMS += %D%/driver_load
TESTS += %D%/driver_load
%C%_driver_load_SOURCES = %D%/driver_load.c
%C%_driver_load_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_load_LDADD = $(driver_test_ldadd)

check_PROGRAMS += %D%/driver_call
TESTS += %D%/driver_call
%C%_driver_call_SOURCES = %D%/driver_call.c %D%/driver_call.h
%C%_driver_call_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_call_LDADD = $(driver_test_ldadd)

check_PROGRAMS += %D%/driver_wrong
TESTS += %D%/driver_wrong
%C%_driver_wrong_SOURCES = %D%/driver_wrong.c %D%/driver_call.h
%C%_driver_wrong_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_wrong_LDADD = $(driver_test_ldadd)

check_PROGRAMS += %D%/driver_filled
TESTS += %D%/driver_filled
%C%_driver_filled_SOURCES = %D%/driver_filled.c
%C%_driver_filled_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_filled_LDADD = $(driver_test_ldadd)

check_PROGRAMS += %D%/driver_given
TESTS += %D%/driver_given
%C%_driver_given_SOURCES = %D%/driver_given.c
%C%_driver_given_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_given_LDADD = $(driver_test_ldadd)

# What the public headers add to the host's functions.
check_PROGRAMS += %D%/driver_usual
TESTS += %D%/driver_usual
%C%_driver_usual_SOURCES = %D%/driver_usual.c %D%/driver_usual.h
%C%_driver_usual_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_usual_LDADD = $(driver_test_ldadd)

# What the host makes of facts and answers.
check_PROGRAMS += %D%/driver_meaning
TESTS += %D%/driver_meaning
%C%_driver_meaning_SOURCES = %D%/driver_meaning.c %D%/driver_usual.h
%C%_driver_meaning_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_meaning_LDADD = $(driver_test_ldadd)

check_PROGRAMS += %D%/driver_services
TESTS += %D%/driver_services
%C%_driver_services_SOURCES = %D%/driver_services.c
%C%_driver_services_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_services_LDADD = $(driver_test_ldadd)

check_PROGRAMS += %D%/driver_board
TESTS += %D%/driver_board
%C%_driver_board_SOURCES = %D%/driver_board.c
%C%_driver_board_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_board_LDADD = $(driver_test_ldadd)

check_PROGRAMS += %D%/driver_account
TESTS += %D%/driver_account
%C%_driver_account_SOURCES = %D%/driver_account.c
%C%_driver_account_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_account_LDADD = $(driver_test_ldadd)

# The golden files of every driver that has a folder in tests/drivers.
check_PROGRAMS += %D%/driver_golden
TESTS += %D%/driver_golden
%C%_driver_golden_SOURCES = %D%/driver_golden.c
%C%_driver_golden_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_golden_LDADD = gateway/kit/libkit.a $(driver_test_ldadd)
EXTRA_%C%_driver_golden_DEPENDENCIES = $(driver_LTLIBRARIES)

# The drivers as they are built: signatures, pages and outcomes.
check_PROGRAMS += %D%/driver_bland
TESTS += %D%/driver_bland
%C%_driver_bland_SOURCES = %D%/driver_bland.c %D%/driver_ours.h
%C%_driver_bland_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_bland_LDADD = $(driver_test_ldadd)
EXTRA_%C%_driver_bland_DEPENDENCIES = drivers/bland/switchhook-bland.la

check_PROGRAMS += %D%/driver_retell
TESTS += %D%/driver_retell
%C%_driver_retell_SOURCES = %D%/driver_retell.c %D%/driver_ours.h
%C%_driver_retell_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_retell_LDADD = $(driver_test_ldadd)
EXTRA_%C%_driver_retell_DEPENDENCIES = drivers/retell/switchhook-retell.la

check_PROGRAMS += %D%/driver_twilio
TESTS += %D%/driver_twilio
%C%_driver_twilio_SOURCES = %D%/driver_twilio.c %D%/driver_ours.h
%C%_driver_twilio_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_twilio_LDADD = $(driver_test_ldadd)
EXTRA_%C%_driver_twilio_DEPENDENCIES = drivers/twilio/switchhook-twilio.la

check_PROGRAMS += %D%/driver_vapi
TESTS += %D%/driver_vapi
%C%_driver_vapi_SOURCES = %D%/driver_vapi.c %D%/driver_ours.h
%C%_driver_vapi_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_vapi_LDADD = $(driver_test_ldadd)
EXTRA_%C%_driver_vapi_DEPENDENCIES = drivers/vapi/switchhook-vapi.la

check_PROGRAMS += %D%/driver_cmd
TESTS += %D%/driver_cmd
%C%_driver_cmd_SOURCES = %D%/driver_cmd.c gateway/cmd/driver.c gateway/cmd/driver.h gateway/cmd/driver_kit.c
%C%_driver_cmd_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_cmd_LDADD = gateway/kit/libkit.a gateway/server/libserver.a gateway/http/libhttp.a gateway/net/libnet.a $(driver_test_ldadd) $(EVENT_LIBS) $(PQ_LIBS) $(CURL_LIBS) $(SECCOMP_LIBS)
EXTRA_%C%_driver_cmd_DEPENDENCIES = drivers/retell/switchhook-retell.la
EXTRA_DIST += tests/drivers/bland tests/drivers/retell tests/drivers/twilio tests/drivers/vapi tests/drivers/hostile

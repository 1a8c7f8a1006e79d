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
%C%_driver_call_SOURCES = %D%/driver_call.c
%C%_driver_call_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_call_LDADD = $(driver_test_ldadd)

check_PROGRAMS += %D%/driver_account
TESTS += %D%/driver_account
%C%_driver_account_SOURCES = %D%/driver_account.c
%C%_driver_account_CPPFLAGS = $(driver_test_cppflags)
%C%_driver_account_LDADD = $(driver_test_ldadd)

# SPDX-License-Identifier: Apache-2.0
kit_test_cppflags = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -DSH_SRCDIR='"$(abs_top_srcdir)"' -DSH_BUILDDIR='"$(abs_top_builddir)"'
kit_test_ldadd = gateway/kit/libkit.a gateway/driver/libdriver.a gateway/crypto/libcrypto.a gateway/base/libbase.a \
	$(CMOCKA_LIBS) $(CRYPTO_LIBS) $(YAML_LIBS) $(SECCOMP_LIBS)

# What `driver new` writes, as it is and spoilt, compiled while it runs.
check_PROGRAMS += %D%/kit_check
TESTS += %D%/kit_check
%C%_kit_check_SOURCES = %D%/kit_check.c
%C%_kit_check_CPPFLAGS = $(kit_test_cppflags)
%C%_kit_check_LDADD = $(kit_test_ldadd)

check_PROGRAMS += %D%/kit_record
TESTS += %D%/kit_record
%C%_kit_record_SOURCES = %D%/kit_record.c
%C%_kit_record_CPPFLAGS = $(kit_test_cppflags)
%C%_kit_record_LDADD = $(kit_test_ldadd)

check_PROGRAMS += %D%/kit_golden
TESTS += %D%/kit_golden
%C%_kit_golden_SOURCES = %D%/kit_golden.c
%C%_kit_golden_CPPFLAGS = $(kit_test_cppflags)
%C%_kit_golden_LDADD = $(kit_test_ldadd)
EXTRA_%C%_kit_golden_DEPENDENCIES = drivers/retell/switchhook-retell.la

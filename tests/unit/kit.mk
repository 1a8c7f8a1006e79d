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

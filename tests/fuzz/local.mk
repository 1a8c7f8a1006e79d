# SPDX-License-Identifier: Apache-2.0
# fuzz/: libFuzzer targets, built by ./configure CC=clang --enable-fuzzers --enable-sanitizers. Run one with its seeds:
#	tests/fuzz/reader -max_total_time=60 NEW_FOLDER tests/fuzz/corpus/reader
# A target compares with another implementation or checks a property; a crash is a difference.
if FUZZERS
noinst_PROGRAMS += %D%/reader
%C%_reader_SOURCES = %D%/reader.c
%C%_reader_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_reader_LDADD = gateway/base/libbase.a $(JSON_LIBS)
noinst_PROGRAMS += %D%/policy
%C%_policy_SOURCES = %D%/policy.c
%C%_policy_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_policy_LDADD = gateway/policy/libpolicy.a gateway/base/libbase.a $(YAML_LIBS)
noinst_PROGRAMS += %D%/tzif
%C%_tzif_SOURCES = %D%/tzif.c
%C%_tzif_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_tzif_LDADD = gateway/base/libbase.a
noinst_PROGRAMS += %D%/spool
%C%_spool_SOURCES = %D%/spool.c
%C%_spool_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_spool_LDADD = gateway/ingress/libingress.a gateway/crypto/libcrypto.a gateway/base/libbase.a $(CRYPTO_LIBS)
# Linked with the driver's own files, so that the fuzzer sees their branches.
noinst_PROGRAMS += %D%/driver_retell
%C%_driver_retell_SOURCES = %D%/driver_retell.c drivers/retell/retell.c drivers/retell/rest.c
%C%_driver_retell_CPPFLAGS = $(AM_CPPFLAGS)
%C%_driver_retell_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_driver_retell_LDADD = gateway/driver/libdriver.a gateway/crypto/libcrypto.a gateway/base/libbase.a $(CRYPTO_LIBS) $(JSON_LIBS) $(YAML_LIBS)
endif
EXTRA_DIST += %D%/corpus

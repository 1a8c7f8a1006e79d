# SPDX-License-Identifier: Apache-2.0
# fuzz/: libFuzzer targets, built by ./configure CC=clang --enable-fuzzers --enable-sanitizers. `make fuzz` runs each for FUZZ_SECONDS
# (300) from the seeds in corpus/NAME; ./check for moments. By hand, to grow a corpus in a folder of one's own:
#	tests/fuzz/reader -max_total_time=60 NEW_FOLDER tests/fuzz/corpus/reader
# A target compares with another implementation or checks a property; a crash is a difference.
EXTRA_DIST += %D%/corpus %D%/run.sh
if FUZZERS
FUZZ_LINK = $(AM_LDFLAGS) -fsanitize=fuzzer
FUZZ_CRYPTO = gateway/crypto/libcrypto.a gateway/base/libbase.a $(CRYPTO_LIBS) $(LZ4_LIBS)
FUZZERS_BUILT =
noinst_PROGRAMS += %D%/reader
FUZZERS_BUILT += %D%/reader
%C%_reader_SOURCES = %D%/reader.c
%C%_reader_LDFLAGS = $(FUZZ_LINK)
%C%_reader_LDADD = gateway/base/libbase.a $(JSON_LIBS)
noinst_PROGRAMS += %D%/yaml
FUZZERS_BUILT += %D%/yaml
%C%_yaml_SOURCES = %D%/yaml.c %D%/fuzz.h
%C%_yaml_LDFLAGS = $(FUZZ_LINK)
%C%_yaml_LDADD = gateway/base/libbase.a $(YAML_LIBS)
noinst_PROGRAMS += %D%/policy
FUZZERS_BUILT += %D%/policy
%C%_policy_SOURCES = %D%/policy.c
%C%_policy_LDFLAGS = $(FUZZ_LINK)
%C%_policy_LDADD = gateway/policy/libpolicy.a gateway/base/libbase.a $(YAML_LIBS)
noinst_PROGRAMS += %D%/pack
FUZZERS_BUILT += %D%/pack
%C%_pack_SOURCES = %D%/pack.c
%C%_pack_LDFLAGS = $(FUZZ_LINK)
%C%_pack_LDADD = gateway/policy/libpolicy.a gateway/base/libbase.a $(YAML_LIBS)
noinst_PROGRAMS += %D%/prefix
FUZZERS_BUILT += %D%/prefix
%C%_prefix_SOURCES = %D%/prefix.c
%C%_prefix_LDFLAGS = $(FUZZ_LINK)
%C%_prefix_LDADD = gateway/policy/libpolicy.a gateway/base/libbase.a $(YAML_LIBS)
noinst_PROGRAMS += %D%/spoken
FUZZERS_BUILT += %D%/spoken
%C%_spoken_SOURCES = %D%/spoken.c %D%/fuzz.h
%C%_spoken_LDFLAGS = $(FUZZ_LINK)
%C%_spoken_LDADD = gateway/policy/libpolicy.a gateway/base/libbase.a $(YAML_LIBS)
noinst_PROGRAMS += %D%/tzif
FUZZERS_BUILT += %D%/tzif
%C%_tzif_SOURCES = %D%/tzif.c
%C%_tzif_LDFLAGS = $(FUZZ_LINK)
%C%_tzif_LDADD = gateway/base/libbase.a
noinst_PROGRAMS += %D%/form
FUZZERS_BUILT += %D%/form
%C%_form_SOURCES = %D%/form.c %D%/fuzz.h
%C%_form_LDFLAGS = $(FUZZ_LINK)
%C%_form_LDADD = gateway/base/libbase.a
noinst_PROGRAMS += %D%/token
FUZZERS_BUILT += %D%/token
%C%_token_SOURCES = %D%/token.c %D%/fuzz.h
%C%_token_LDFLAGS = $(FUZZ_LINK)
%C%_token_LDADD = $(FUZZ_CRYPTO)
noinst_PROGRAMS += %D%/wire
FUZZERS_BUILT += %D%/wire
%C%_wire_SOURCES = %D%/wire.c %D%/fuzz.h
%C%_wire_LDFLAGS = $(FUZZ_LINK)
%C%_wire_LDADD = $(FUZZ_CRYPTO)
noinst_PROGRAMS += %D%/seal
FUZZERS_BUILT += %D%/seal
%C%_seal_SOURCES = %D%/seal.c %D%/fuzz.h
%C%_seal_LDFLAGS = $(FUZZ_LINK)
%C%_seal_LDADD = $(FUZZ_CRYPTO)
# Linked with the very files, not with their library: it sees their branches, and the other files need not be built.
noinst_PROGRAMS += %D%/target
FUZZERS_BUILT += %D%/target
%C%_target_SOURCES = %D%/target.c %D%/fuzz.h gateway/http/frame.c gateway/http/router.c
%C%_target_CPPFLAGS = $(AM_CPPFLAGS)
%C%_target_LDFLAGS = $(FUZZ_LINK)
%C%_target_LDADD = gateway/base/libbase.a
noinst_PROGRAMS += %D%/event
FUZZERS_BUILT += %D%/event
%C%_event_SOURCES = %D%/event.c %D%/fuzz.h gateway/engine/event.c gateway/driver/names.c
%C%_event_CPPFLAGS = $(AM_CPPFLAGS)
%C%_event_LDFLAGS = $(FUZZ_LINK)
%C%_event_LDADD = $(FUZZ_CRYPTO)
noinst_PROGRAMS += %D%/page
FUZZERS_BUILT += %D%/page
%C%_page_SOURCES = %D%/page.c %D%/fuzz.h gateway/api/page.c
%C%_page_CPPFLAGS = $(AM_CPPFLAGS)
%C%_page_LDFLAGS = $(FUZZ_LINK)
%C%_page_LDADD = gateway/base/libbase.a
noinst_PROGRAMS += %D%/spool
FUZZERS_BUILT += %D%/spool
%C%_spool_SOURCES = %D%/spool.c gateway/ingress/spool_log.c
%C%_spool_CPPFLAGS = $(AM_CPPFLAGS)
%C%_spool_LDFLAGS = $(FUZZ_LINK)
%C%_spool_LDADD = $(FUZZ_CRYPTO)
noinst_PROGRAMS += %D%/options
FUZZERS_BUILT += %D%/options
%C%_options_SOURCES = %D%/options.c %D%/fuzz.h gateway/server/value.c gateway/server/conninfo.c gateway/net/guard.c
%C%_options_CPPFLAGS = $(AM_CPPFLAGS)
%C%_options_LDFLAGS = $(FUZZ_LINK)
%C%_options_LDADD = gateway/base/libbase.a $(YAML_LIBS) $(PQ_LIBS)
# One source for all drivers; a driver adds its sources, and the headers that its verify reads.
FUZZ_DRIVER = gateway/driver/libdriver.a gateway/crypto/libcrypto.a gateway/base/libbase.a $(CRYPTO_LIBS) $(JSON_LIBS) $(YAML_LIBS)
noinst_PROGRAMS += %D%/driver_bland
FUZZERS_BUILT += %D%/driver_bland
%C%_driver_bland_SOURCES = %D%/driver.c drivers/bland/bland.c
%C%_driver_bland_CFLAGS = $(DRIVER_CFLAGS)
%C%_driver_bland_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_HEADERS='"x-webhook-signature"'
%C%_driver_bland_LDFLAGS = $(FUZZ_LINK)
%C%_driver_bland_LDADD = $(FUZZ_DRIVER)
noinst_PROGRAMS += %D%/driver_retell
FUZZERS_BUILT += %D%/driver_retell
%C%_driver_retell_SOURCES = %D%/driver.c drivers/retell/retell.c
%C%_driver_retell_CFLAGS = $(DRIVER_CFLAGS)
%C%_driver_retell_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_HEADERS='"x-retell-signature"'
%C%_driver_retell_LDFLAGS = $(FUZZ_LINK)
%C%_driver_retell_LDADD = $(FUZZ_DRIVER)
noinst_PROGRAMS += %D%/driver_twilio
FUZZERS_BUILT += %D%/driver_twilio
%C%_driver_twilio_SOURCES = %D%/driver.c drivers/twilio/twilio.c
%C%_driver_twilio_CFLAGS = $(DRIVER_CFLAGS)
%C%_driver_twilio_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_HEADERS='"x-twilio-signature"'
%C%_driver_twilio_LDFLAGS = $(FUZZ_LINK)
%C%_driver_twilio_LDADD = $(FUZZ_DRIVER)
noinst_PROGRAMS += %D%/driver_vapi
FUZZERS_BUILT += %D%/driver_vapi
%C%_driver_vapi_SOURCES = %D%/driver.c drivers/vapi/vapi.c
%C%_driver_vapi_CFLAGS = $(DRIVER_CFLAGS)
%C%_driver_vapi_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_HEADERS='"x-signature", "x-timestamp"'
%C%_driver_vapi_LDFLAGS = $(FUZZ_LINK)
%C%_driver_vapi_LDADD = $(FUZZ_DRIVER)
# statements.def is made by the build
$(%C%_page_OBJECTS) $(%C%_event_OBJECTS): gateway/store/statements.def
fuzzers: $(FUZZERS_BUILT)
fuzz: fuzzers
	FUZZ_SECONDS=$${FUZZ_SECONDS:-300} $(srcdir)/%D%/run.sh $(FUZZERS_BUILT)
else
# A build of another kind has one for the fuzzers inside.
fuzzers fuzz:
	mkdir -p fuzz-build
	cd fuzz-build && { [ -e Makefile ] || $(abs_top_srcdir)/configure -q CC=clang CFLAGS="-g -O1" --enable-fuzzers --enable-sanitizers; }
	cd fuzz-build && $(MAKE) $@
endif
.PHONY: fuzzers fuzz

# SPDX-License-Identifier: Apache-2.0
# bench/: what docs/performance.md says is measured here. No part of a build or of its tests: `make bench-programs` builds what is
# in C, `make bench` measures.
EXTRA_PROGRAMS = %D%/loadgen/loadgen %D%/hold/hold %D%/pgdue/pgdue
EXTRA_PROGRAMS += %D%/decide/decide
%C%_decide_decide_SOURCES = %D%/decide/decide.c
%C%_decide_decide_LDADD = gateway/policy/libpolicy.a gateway/base/libbase.a $(YAML_LIBS)
EXTRA_PROGRAMS += %D%/peers/pglimits/pgins %D%/peers/http-ceiling/bare %D%/peers/outbound/outbound
%C%_loadgen_loadgen_SOURCES = %D%/loadgen/loadgen.c %D%/loadgen/payload.c %D%/loadgen/payload.h
%C%_loadgen_loadgen_LDADD = $(CRYPTO_LIBS)
%C%_hold_hold_SOURCES = %D%/hold/hold.c
%C%_pgdue_pgdue_SOURCES = %D%/pgdue/pgdue.c %D%/pglib/statement.c %D%/pglib/statement.h
%C%_pgdue_pgdue_LDADD = $(PQ_LIBS)
%C%_peers_pglimits_pgins_SOURCES = %D%/peers/pglimits/pgins.c %D%/pglib/statement.c %D%/pglib/statement.h \
	%D%/loadgen/payload.c %D%/loadgen/payload.h
%C%_peers_pglimits_pgins_LDADD = $(PQ_LIBS)
%C%_peers_http_ceiling_bare_SOURCES = %D%/peers/http-ceiling/bare.c
%C%_peers_http_ceiling_bare_LDADD = $(EVENT_LIBS)
%C%_peers_outbound_outbound_SOURCES = %D%/peers/outbound/outbound.c
%C%_peers_outbound_outbound_LDADD = $(CURL_LIBS) $(EVENT_LIBS)

%D%/callgrind/unconfined.so: %D%/callgrind/unconfined.c
	$(AM_V_CC)$(MKDIR_P) %D%/callgrind && $(CC) $(AM_CFLAGS) $(CFLAGS) -shared -fPIC -o $@ $(srcdir)/%D%/callgrind/unconfined.c
bench-programs: $(EXTRA_PROGRAMS) %D%/callgrind/unconfined.so
bench:
	$(srcdir)/%D%/run
.PHONY: bench bench-programs
CLEANFILES += $(EXTRA_PROGRAMS) %D%/callgrind/unconfined.so

EXTRA_DIST += %D%/run %D%/run.mjs %D%/README.md %D%/lib %D%/parts %D%/peers/README.md %D%/peers/ingest %D%/peers/schedulers %D%/peers/spoken
EXTRA_DIST += %D%/callgrind/unconfined.c
EXTRA_DIST += %D%/package.json %D%/package-lock.json %D%/.npmrc

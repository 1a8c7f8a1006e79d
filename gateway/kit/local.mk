# SPDX-License-Identifier: Apache-2.0
# What a driver's author needs: golden files, and the check that says what a correct driver is.
noinst_LIBRARIES += %D%/libkit.a
%C%_libkit_a_SOURCES = \
	%D%/alike.c \
	%D%/apart.c \
	%D%/apart.h \
	%D%/cage.c \
	%D%/cage.h \
	%D%/case.c \
	%D%/case.h \
	%D%/case_show.c \
	%D%/check.def \
	%D%/check.h \
	%D%/check_cost.c \
	%D%/check_file.c \
	%D%/check_golden.c \
	%D%/check_hostile.c \
	%D%/check_proof.c \
	%D%/check_proof_golden.c \
	%D%/check_verify.c \
	%D%/elf.c \
	%D%/elf.h \
	%D%/files.c \
	%D%/files.h \
	%D%/golden.c \
	%D%/golden.h \
	%D%/golden_read.c \
	%D%/guard.c \
	%D%/guard.h \
	%D%/imports.def \
	%D%/mutate.c \
	%D%/mutate.h \
	%D%/mutate_bytes.c \
	%D%/plain.c \
	%D%/private.h \
	%D%/record.c \
	%D%/record.h \
	%D%/redact.c \
	%D%/redact.h \
	%D%/redact_private.h \
	%D%/redact_value.c \
	%D%/report.c \
	%D%/skeleton.c \
	%D%/skeleton.h \
	%D%/steps.c \
	%D%/steps.h \
	%D%/trial.c \
	%D%/trial.h \
	%D%/watch.c \
	%D%/watch.h \
	%D%/xml.c \
	%D%/xml.h

# The first files of a driver, which `switchhook driver new` writes, become C.
SH_SKELETON = \
	%D%/skeleton/driver.c \
	%D%/skeleton/Makefile.text \
	%D%/skeleton/README.text \
	%D%/skeleton/gitignore.text \
	%D%/skeleton/golden/defaults \
	%D%/skeleton/golden/call-200.golden \
	%D%/skeleton/golden/call-404.golden \
	%D%/skeleton/golden/call-dots.golden \
	%D%/skeleton/golden/call.ended.golden \
	%D%/skeleton/golden/call.golden \
	%D%/skeleton/golden/call.started.golden \
	%D%/skeleton/golden/call.unknown.golden \
	%D%/skeleton/golden/calls-200.golden \
	%D%/skeleton/golden/calls-by-dial.golden \
	%D%/skeleton/golden/calls-window.golden \
	%D%/skeleton/golden/check-200.golden \
	%D%/skeleton/golden/check-401.golden \
	%D%/skeleton/golden/check-429.golden \
	%D%/skeleton/golden/check.golden \
	%D%/skeleton/golden/dial-201.golden \
	%D%/skeleton/golden/dial-402.golden \
	%D%/skeleton/golden/dial-422.golden \
	%D%/skeleton/golden/dial-503.golden \
	%D%/skeleton/golden/dial-sms.golden \
	%D%/skeleton/golden/dial.golden \
	%D%/skeleton/golden/not-json.golden \
	%D%/skeleton/golden/numbers-200.golden \
	%D%/skeleton/golden/numbers-page-2.golden \
	%D%/skeleton/golden/numbers.golden \
	%D%/skeleton/golden/outcome-machine.golden \
	%D%/skeleton/samples/api.account.json \
	%D%/skeleton/samples/api.call.created.json \
	%D%/skeleton/samples/api.call.json \
	%D%/skeleton/samples/api.calls.json \
	%D%/skeleton/samples/api.error.invalid_number.json \
	%D%/skeleton/samples/api.numbers.json \
	%D%/skeleton/samples/call.ended.json \
	%D%/skeleton/samples/call.started.json \
	%D%/skeleton/samples/call.unknown.json
EXTRA_DIST += $(SH_SKELETON) %D%/skeleton.awk
BUILT_SOURCES += %D%/skeleton.inc
CLEANFILES += %D%/skeleton.inc
%D%/skeleton.$(OBJEXT): %D%/skeleton.inc
%D%/skeleton.inc: $(SH_SKELETON) %D%/skeleton.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && (cd $(srcdir) && LC_ALL=C $(AWK) -f %D%/skeleton.awk $(SH_SKELETON)) >$@.tmp && mv $@.tmp $@

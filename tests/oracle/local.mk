# SPDX-License-Identifier: Apache-2.0
# oracle/: quiet hours against a slow, independent reading of them in JavaScript. ./check runs it.
check_PROGRAMS += %D%/hours
%C%_hours_SOURCES = %D%/hours.c
%C%_hours_LDADD = gateway/policy/libpolicy.a gateway/base/libbase.a $(YAML_LIBS)
EXTRA_DIST += %D%/oracle.mjs

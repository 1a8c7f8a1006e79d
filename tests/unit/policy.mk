# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += %D%/policy_quiet.cases %D%/policy_spoken.cases
policy_test_libs = gateway/policy/libpolicy.a gateway/base/libbase.a $(YAML_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += %D%/policy_quiet
TESTS += %D%/policy_quiet
%C%_policy_quiet_SOURCES = %D%/policy_quiet.c %D%/zones.h
%C%_policy_quiet_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_quiet_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_quiet_properties
TESTS += %D%/policy_quiet_properties
%C%_policy_quiet_properties_SOURCES = %D%/policy_quiet_properties.c %D%/zones.h
%C%_policy_quiet_properties_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_quiet_properties_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_policy
TESTS += %D%/policy_policy
%C%_policy_policy_SOURCES = %D%/policy_policy.c %D%/zones.h
%C%_policy_policy_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_policy_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_decide
TESTS += %D%/policy_decide
%C%_policy_decide_SOURCES = %D%/policy_decide.c %D%/zones.h
%C%_policy_decide_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_decide_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_record
TESTS += %D%/policy_record
%C%_policy_record_SOURCES = %D%/policy_record.c %D%/zones.h
%C%_policy_record_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_record_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_holiday
TESTS += %D%/policy_holiday
%C%_policy_holiday_SOURCES = %D%/policy_holiday.c
%C%_policy_holiday_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_holiday_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_plan
TESTS += %D%/policy_plan
%C%_policy_plan_SOURCES = %D%/policy_plan.c
%C%_policy_plan_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_plan_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_spoken_stamp
TESTS += %D%/policy_spoken_stamp
%C%_policy_spoken_stamp_SOURCES = %D%/policy_spoken_stamp.c
%C%_policy_spoken_stamp_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_spoken_stamp_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_spoken_zone
TESTS += %D%/policy_spoken_zone
%C%_policy_spoken_zone_SOURCES = %D%/policy_spoken_zone.c %D%/zones.h
%C%_policy_spoken_zone_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_spoken_zone_LDADD = $(policy_test_libs)

EXTRA_DIST += %D%/policy_prefix_oracle.py
check_PROGRAMS += %D%/policy_prefix
TESTS += %D%/policy_prefix
%C%_policy_prefix_SOURCES = %D%/policy_prefix.c %D%/zones.h
%C%_policy_prefix_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_prefix_LDADD = $(policy_test_libs)

# Without the package's data: with it, the empty table is linked in its place.
check_PROGRAMS += %D%/policy_prefix_none
TESTS += %D%/policy_prefix_none
%C%_policy_prefix_none_SOURCES = %D%/policy_prefix_none.c %D%/zones.h gateway/policy/prefix_none.c
%C%_policy_prefix_none_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_prefix_none_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_whereabouts
TESTS += %D%/policy_whereabouts
%C%_policy_whereabouts_SOURCES = %D%/policy_whereabouts.c %D%/zones.h
%C%_policy_whereabouts_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_whereabouts_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_pack_document
TESTS += %D%/policy_pack_document
%C%_policy_pack_document_SOURCES = %D%/policy_pack_document.c
%C%_policy_pack_document_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_pack_document_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_pack
TESTS += %D%/policy_pack
%C%_policy_pack_SOURCES = %D%/policy_pack.c %D%/zones.h
%C%_policy_pack_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_pack_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_language
TESTS += %D%/policy_language
%C%_policy_language_SOURCES = %D%/policy_language.c
%C%_policy_language_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_language_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_spoken_value
TESTS += %D%/policy_spoken_value
%C%_policy_spoken_value_SOURCES = %D%/policy_spoken_value.c %D%/zones.h
%C%_policy_spoken_value_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_spoken_value_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_spoken_properties
TESTS += %D%/policy_spoken_properties
%C%_policy_spoken_properties_SOURCES = %D%/policy_spoken_properties.c %D%/zones.h
%C%_policy_spoken_properties_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_spoken_properties_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_examples
TESTS += %D%/policy_examples
%C%_policy_examples_SOURCES = %D%/policy_examples.c %D%/zones.h
%C%_policy_examples_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_examples_LDADD = $(policy_test_libs)

check_PROGRAMS += %D%/policy_spoken
TESTS += %D%/policy_spoken
%C%_policy_spoken_SOURCES = %D%/policy_spoken.c %D%/zones.h
%C%_policy_spoken_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_policy_spoken_LDADD = $(policy_test_libs)

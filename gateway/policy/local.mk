# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libpolicy.a
%C%_libpolicy_a_SOURCES = %D%/quiet.c %D%/quiet.h %D%/policy.c %D%/policy_read.c %D%/policy.h %D%/decide.c %D%/decide.h
%C%_libpolicy_a_SOURCES += %D%/plan.c %D%/plan.h
%C%_libpolicy_a_SOURCES += %D%/holiday.c %D%/holiday.h %D%/holiday.def %D%/hours_read.c %D%/hours_read.h
%C%_libpolicy_a_SOURCES += %D%/spoken.h %D%/spoken_private.h %D%/spoken_class.def
%C%_libpolicy_a_SOURCES += %D%/spoken_limits.c
%C%_libpolicy_a_SOURCES += %D%/pack.h

# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libpolicy.a
%C%_libpolicy_a_SOURCES = %D%/quiet.c %D%/quiet.h %D%/policy.c %D%/policy_read.c %D%/policy.h %D%/decide.c %D%/decide.h \
	%D%/spoken.h %D%/spoken_private.h %D%/spoken_class.def %D%/holiday.h

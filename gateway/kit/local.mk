# SPDX-License-Identifier: Apache-2.0
# What a driver's author needs: golden files, and the check that says what a correct driver is.
noinst_LIBRARIES += %D%/libkit.a
%C%_libkit_a_SOURCES = \
	%D%/alike.c \
	%D%/case.c \
	%D%/case.h \
	%D%/case_show.c \
	%D%/files.c \
	%D%/files.h \
	%D%/golden.c \
	%D%/golden.h \
	%D%/golden_read.c \
	%D%/private.h

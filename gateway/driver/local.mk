# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libdriver.a
%C%_libdriver_a_SOURCES = \
	%D%/account.c \
	%D%/ask.c \
	%D%/bindings.c \
	%D%/board.c \
	%D%/board.h \
	%D%/call.c \
	%D%/call.h \
	%D%/capability.def \
	%D%/describe.c \
	%D%/give.c \
	%D%/host.c \
	%D%/host.h \
	%D%/load.c \
	%D%/load.h \
	%D%/meaning.c \
	%D%/names.c \
	%D%/table.c \
	%D%/table.h

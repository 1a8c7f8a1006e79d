# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libengine.a
%C%_libengine_a_SOURCES = \
	%D%/absent.c \
	%D%/account.c %D%/account.h \
	%D%/adopt.c \
	%D%/after.c %D%/after.h \
	%D%/again.c \
	%D%/batch.h \
	%D%/claim.c \
	%D%/core.h \
	%D%/decide.c \
	%D%/dial.c %D%/dial.h \
	%D%/dial_end.c \
	%D%/dial_request.c \
	%D%/engine.c %D%/engine.h \
	%D%/event.c %D%/event.h \
	%D%/fence.c \
	%D%/follow.c \
	%D%/keycheck.c %D%/keycheck.h \
	%D%/late.c \
	%D%/look.c \
	%D%/merge.c %D%/merge.h \
	%D%/merge_list.c \
	%D%/permit.c %D%/permit.h \
	%D%/process.c \
	%D%/process_write.c \
	%D%/promise.c \
	%D%/purge.c \
	%D%/queue.c \
	%D%/seen.c %D%/seen.h \
	%D%/sweep.c \
	%D%/wish.c %D%/wish.h \
	%D%/work.c %D%/work.h

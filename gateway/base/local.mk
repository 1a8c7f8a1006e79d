# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libbase.a
%C%_libbase_a_SOURCES = %D%/macro.h
%C%_libbase_a_SOURCES += %D%/error.c %D%/error.h
%C%_libbase_a_SOURCES += %D%/arena.c %D%/arena.h
%C%_libbase_a_SOURCES += %D%/buf.c %D%/buf.h
%C%_libbase_a_SOURCES += %D%/text.c %D%/text.h
%C%_libbase_a_SOURCES += %D%/time.c %D%/time.h

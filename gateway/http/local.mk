# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libhttp.a
%C%_libhttp_a_SOURCES = %D%/server.c %D%/server.h %D%/accept.c %D%/address.c %D%/address.h %D%/tls.c %D%/tls.h \
	%D%/connection.c %D%/connection.h %D%/frame.c %D%/frame.h %D%/listen.c \
	%D%/problem.c %D%/problem.h %D%/problem.def %D%/router.c %D%/router.h

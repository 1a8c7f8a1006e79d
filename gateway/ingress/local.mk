# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libingress.a
%C%_libingress_a_SOURCES = %D%/ingress.c %D%/ingress.h %D%/question.c %D%/arriving.h %D%/slug.c %D%/slug.h
%C%_libingress_a_SOURCES += %D%/spool.c %D%/spool.h %D%/spool_log.c %D%/spool_log.h %D%/spool_file.c %D%/spool_file.h %D%/spool_sync.c %D%/spool_sync.h

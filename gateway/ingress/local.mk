# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libingress.a
%C%_libingress_a_SOURCES = %D%/ingress.c %D%/ingress.h %D%/slug.c %D%/slug.h

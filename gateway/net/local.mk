# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libnet.a
%C%_libnet_a_SOURCES = %D%/client.c %D%/client.h %D%/transfer.c %D%/transfer.h %D%/guard.c %D%/guard.h

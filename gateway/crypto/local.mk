# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libcrypto.a
%C%_libcrypto_a_SOURCES = %D%/digest.c %D%/digest.h
%C%_libcrypto_a_SOURCES += %D%/gcm.c %D%/gcm.h
%C%_libcrypto_a_SOURCES += %D%/seal.c %D%/seal.h
%C%_libcrypto_a_SOURCES += %D%/token.c %D%/token.h

# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libcrypto.a
%C%_libcrypto_a_SOURCES = %D%/digest.c %D%/digest.h
%C%_libcrypto_a_SOURCES += %D%/gcm.c %D%/gcm.h
%C%_libcrypto_a_SOURCES += %D%/seal.c %D%/seal.h
%C%_libcrypto_a_SOURCES += %D%/token.c %D%/token.h
%C%_libcrypto_a_SOURCES += %D%/locked.c %D%/locked.h
%C%_libcrypto_a_SOURCES += %D%/kek.c %D%/kek.h %D%/kek_file.c %D%/kek_impl.h
%C%_libcrypto_a_SOURCES += %D%/keycache.c %D%/keycache.h
%C%_libcrypto_a_SOURCES += %D%/wire.c %D%/wire.h
%C%_libcrypto_a_SOURCES += %D%/keys.c %D%/keys.h %D%/keys_serve.c

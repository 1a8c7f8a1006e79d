# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libcrypto.a
%C%_libcrypto_a_SOURCES =

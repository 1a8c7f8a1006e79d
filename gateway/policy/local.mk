# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libpolicy.a
%C%_libpolicy_a_SOURCES =

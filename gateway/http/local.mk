# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libhttp.a
%C%_libhttp_a_SOURCES =

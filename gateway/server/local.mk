# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libserver.a
%C%_libserver_a_SOURCES =

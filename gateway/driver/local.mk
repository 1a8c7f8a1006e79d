# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libdriver.a
%C%_libdriver_a_SOURCES =

# SPDX-License-Identifier: Apache-2.0

check_PROGRAMS += %D%/base_zone
TESTS += %D%/base_zone
%C%_base_zone_SOURCES = %D%/base_zone.c
%C%_base_zone_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_base_zone_LDADD = gateway/base/libbase.a $(CMOCKA_LIBS)

check_PROGRAMS += %D%/base_yaml
TESTS += %D%/base_yaml
%C%_base_yaml_SOURCES = %D%/base_yaml.c
%C%_base_yaml_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_base_yaml_LDADD = gateway/base/libbase.a $(YAML_LIBS) $(CMOCKA_LIBS)

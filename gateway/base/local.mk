# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libbase.a
%C%_libbase_a_SOURCES = %D%/macro.h
%C%_libbase_a_SOURCES += %D%/error.c %D%/error.h
%C%_libbase_a_SOURCES += %D%/heap.c %D%/heap.h
%C%_libbase_a_SOURCES += %D%/arena.c %D%/arena.h
%C%_libbase_a_SOURCES += %D%/buf.c %D%/buf.h
%C%_libbase_a_SOURCES += %D%/wipe.c %D%/wipe.h
%C%_libbase_a_SOURCES += %D%/text.c %D%/text.h
%C%_libbase_a_SOURCES += %D%/time.c %D%/time.h
%C%_libbase_a_SOURCES += %D%/encode.c %D%/encode.h
%C%_libbase_a_SOURCES += %D%/id.c %D%/id.h
%C%_libbase_a_SOURCES += %D%/clock.c %D%/clock.h
%C%_libbase_a_SOURCES += %D%/log.c %D%/log.h
%C%_libbase_a_SOURCES += %D%/writer.c %D%/writer.h
%C%_libbase_a_SOURCES += %D%/metric.c %D%/metric.h %D%/metric.def
%C%_libbase_a_SOURCES += %D%/reader.c %D%/reader.h
%C%_libbase_a_SOURCES += %D%/failpoint.h %D%/failpoint.def
if FAILPOINTS
%C%_libbase_a_SOURCES += %D%/failpoint.c
endif

# Time zones and YAML.
%C%_libbase_a_SOURCES += %D%/tzrule.c %D%/tzrule.h %D%/tzif.c %D%/tzif.h %D%/zone.c %D%/zone.h \
	%D%/yaml.c %D%/yaml_read.c %D%/yaml_json.c %D%/yaml.h
EXTRA_DIST += %D%/zone_alias.awk
# Old names of zones, from the machine that builds; without its data the table is empty.
TZDATA_ZI = /usr/share/zoneinfo/tzdata.zi
BUILT_SOURCES += %D%/zone_alias.inc
CLEANFILES += %D%/zone_alias.inc
%D%/zone.$(OBJEXT): %D%/zone_alias.inc
%D%/zone_alias.inc: %D%/zone_alias.awk
	$(AM_V_GEN)$(MKDIR_P) %D% && zi='$(TZDATA_ZI)' && if test ! -r "$$zi"; then zi=/dev/null; fi && \
	$(AWK) -f $(srcdir)/%D%/zone_alias.awk "$$zi" >$@.tmp && mv $@.tmp $@

# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libstore.a
%C%_libstore_a_SOURCES = %D%/conninfo.c %D%/connect.c %D%/db.c %D%/db.h %D%/inbox.c %D%/inbox.h %D%/listen.c %D%/listen.h \
	%D%/measure.c %D%/migrate.c %D%/migrate.h %D%/param.c %D%/private.h %D%/rows.c %D%/sql.h %D%/unit.c
nodist_%C%_libstore_a_SOURCES = %D%/sql.c

# SQL becomes C. The list of statements depends on the names only, so that a changed text recompiles one file.
SH_SQL =
include %D%/sql.mk
EXTRA_DIST += $(SH_SQL) %D%/sql.awk
BUILT_SOURCES += %D%/statements.def
CLEANFILES += %D%/statements.def %D%/sql.c
SH_SQL_RUN = $(MKDIR_P) %D% && (cd $(srcdir) && LC_ALL=C $(AWK) -f %D%/sql.awk -v out=

%D%/statements.def: %D%/sql.mk %D%/sql.awk
	$(AM_V_GEN)$(SH_SQL_RUN)def $(SH_SQL) </dev/null) >$@.tmp && mv $@.tmp $@ || { rm -f $@.tmp; exit 1; }
%D%/sql.c: %D%/sql.mk %D%/sql.awk $(SH_SQL)
	$(AM_V_GEN)$(SH_SQL_RUN)c $(SH_SQL) </dev/null) >$@.tmp && mv $@.tmp $@ || { rm -f $@.tmp; exit 1; }
$(%C%_libstore_a_OBJECTS): %D%/statements.def

# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += %D%/store_sql.sh
TESTS += %D%/store_sql.sh

# Those that need Postgres start one of their own: tests/lib/pg.h.
STORE_LIBS = gateway/store/libstore.a gateway/base/libbase.a $(PQ_LIBS) $(EVENT_LIBS) $(JSON_LIBS) $(YAML_LIBS) $(CRYPTO_LIBS) $(CMOCKA_LIBS)
STORE_PG = tests/lib/pg.c tests/lib/pg.h
check_PROGRAMS += %D%/store_db
TESTS += %D%/store_db
%C%_store_db_SOURCES = %D%/store_db.c $(STORE_PG)
%C%_store_db_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_store_db_LDADD = $(STORE_LIBS)
check_PROGRAMS += %D%/store_away
TESTS += %D%/store_away
%C%_store_away_SOURCES = %D%/store_away.c $(STORE_PG)
%C%_store_away_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_store_away_LDADD = $(STORE_LIBS)
check_PROGRAMS += %D%/store_migrate
TESTS += %D%/store_migrate
%C%_store_migrate_SOURCES = %D%/store_migrate.c $(STORE_PG)
%C%_store_migrate_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_store_migrate_LDADD = $(STORE_LIBS)
check_PROGRAMS += %D%/store_inbox
TESTS += %D%/store_inbox
%C%_store_inbox_SOURCES = %D%/store_inbox.c $(STORE_PG)
%C%_store_inbox_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_store_inbox_LDADD = $(STORE_LIBS)
check_PROGRAMS += %D%/store_listen
TESTS += %D%/store_listen
%C%_store_listen_SOURCES = %D%/store_listen.c $(STORE_PG)
%C%_store_listen_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_store_listen_LDADD = $(STORE_LIBS)
check_PROGRAMS += %D%/store_catalog
TESTS += %D%/store_catalog
%C%_store_catalog_SOURCES = %D%/store_catalog.c $(STORE_PG)
%C%_store_catalog_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
%C%_store_catalog_LDADD = $(STORE_LIBS)

# SPDX-License-Identifier: Apache-2.0
noinst_LIBRARIES += %D%/libserver.a
%C%_libserver_a_SOURCES = %D%/options.def
%C%_libserver_a_SOURCES += %D%/config.c %D%/config.h %D%/value.c %D%/value.h %D%/clash.c %D%/clash.h %D%/conninfo.c %D%/conninfo.h
%C%_libserver_a_SOURCES += %D%/parts.c %D%/parts.h %D%/held.c %D%/held.h %D%/standby.c %D%/standby.h
%C%_libserver_a_SOURCES += %D%/process.c %D%/process.h %D%/drop.c
%C%_libserver_a_SOURCES += %D%/keyholder.c %D%/keyholder.h %D%/confine.c %D%/confine.h %D%/postgres.c %D%/postgres.h
%C%_libserver_a_SOURCES += %D%/worker.c %D%/worker.h %D%/fleet.c %D%/fleet.h
%C%_libserver_a_SOURCES += %D%/master.c %D%/master.h %D%/master_private.h %D%/setup.c %D%/reload.c

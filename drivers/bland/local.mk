# SPDX-License-Identifier: Apache-2.0
driver_LTLIBRARIES += %D%/switchhook-bland.la
%C%_switchhook_bland_la_SOURCES = %D%/bland.c %D%/fields.def %D%/reasons.def %D%/refusals.def %D%/settings.def
%C%_switchhook_bland_la_CFLAGS = $(DRIVER_CFLAGS)
%C%_switchhook_bland_la_LDFLAGS = $(DRIVER_LDFLAGS)
EXTRA_DIST += %D%/README.md

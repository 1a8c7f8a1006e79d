# SPDX-License-Identifier: Apache-2.0
driver_LTLIBRARIES += %D%/switchhook-vapi.la
%C%_switchhook_vapi_la_SOURCES = %D%/vapi.c %D%/events.def %D%/reasons.def %D%/refusals.def %D%/settings.def
%C%_switchhook_vapi_la_CFLAGS = $(DRIVER_CFLAGS)
%C%_switchhook_vapi_la_LDFLAGS = $(DRIVER_LDFLAGS)
EXTRA_DIST += %D%/README.md

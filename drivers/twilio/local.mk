# SPDX-License-Identifier: Apache-2.0
driver_LTLIBRARIES += %D%/switchhook-twilio.la
%C%_switchhook_twilio_la_SOURCES = %D%/twilio.c %D%/call.def %D%/callbacks.def %D%/fields.def \
	%D%/reasons.def %D%/refusals.def %D%/settings.def %D%/states.def
%C%_switchhook_twilio_la_CFLAGS = $(DRIVER_CFLAGS)
%C%_switchhook_twilio_la_LDFLAGS = $(DRIVER_LDFLAGS)
EXTRA_DIST += %D%/README.md

# SPDX-License-Identifier: Apache-2.0
# Folders are known to make alone: bindir is made of prefix.
unit_DATA = %D%/switchhook.service
EXTRA_DIST += %D%/switchhook.service.in
CLEANFILES += %D%/switchhook.service
%D%/switchhook.service: %D%/switchhook.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && sed -e 's|[@]bindir[@]|$(bindir)|g; s|[@]confdir[@]|$(confdir)|g' $(srcdir)/%D%/switchhook.service.in >$@.new && mv $@.new $@

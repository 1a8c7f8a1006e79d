# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += %D%/switchhook.yaml

# An operator's own file is never overwritten, and removed only if nobody has changed it.
install-data-local:
	$(MKDIR_P) $(DESTDIR)$(confdir)
	test -e $(DESTDIR)$(confdir)/switchhook.yaml || $(INSTALL_DATA) $(srcdir)/config/switchhook.yaml $(DESTDIR)$(confdir)/switchhook.yaml
uninstall-local:
	if cmp -s $(srcdir)/config/switchhook.yaml $(DESTDIR)$(confdir)/switchhook.yaml; then rm -f $(DESTDIR)$(confdir)/switchhook.yaml; fi

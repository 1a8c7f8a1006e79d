# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += %D%/switchhook.yaml %D%/plans.yaml

# An operator's own files are never overwritten, and removed only if nobody has changed them.
install-data-local:
	$(MKDIR_P) $(DESTDIR)$(confdir)
	for f in switchhook.yaml plans.yaml; do \
	  test -e $(DESTDIR)$(confdir)/$$f || $(INSTALL_DATA) $(srcdir)/config/$$f $(DESTDIR)$(confdir)/$$f || exit 1; done
uninstall-local:
	for f in switchhook.yaml plans.yaml; do \
	  if cmp -s $(srcdir)/config/$$f $(DESTDIR)$(confdir)/$$f; then rm -f $(DESTDIR)$(confdir)/$$f; fi; done

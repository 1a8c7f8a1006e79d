# SPDX-License-Identifier: Apache-2.0
# The crash matrix, longer than ./check plays it: make torture [TORTURE='--seed 7 --schedules 100000']. It goes on where an
# earlier run in this folder ended. Only a build with --enable-failpoints has what it needs.
EXTRA_DIST += %D%/README.md %D%/chance.mjs %D%/lane.mjs %D%/main.mjs %D%/mutations.mjs %D%/nolist.c %D%/plan.mjs %D%/promises.mjs \
	%D%/round.mjs %D%/wire.mjs %D%/world.mjs
TORTURE = --schedules 100000
torture: all
	stage=$$(mktemp -d) && trap 'rm -rf "$$stage"' EXIT && chmod 755 "$$stage" && $(MAKE) -s install DESTDIR="$$stage" >/dev/null && \
	SWITCHHOOK_PREFIX="$$stage$(prefix)" $(abs_top_srcdir)/tests/node_modules/node-linux-*/bin/node $(abs_top_srcdir)/%D%/main.mjs \
		--progress $(abs_top_builddir)/torture.json $(TORTURE)
.PHONY: torture

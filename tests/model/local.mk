# SPDX-License-Identifier: Apache-2.0
# model/: the dialling protocol in Promela. `make model` checks all of it; ./check a part (run.sh short).
EXTRA_DIST += %D%/ring-once.pml %D%/run.sh
.PHONY: model
model:
	$(srcdir)/%D%/run.sh

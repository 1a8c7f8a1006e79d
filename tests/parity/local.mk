# SPDX-License-Identifier: Apache-2.0
# What must agree, and does not agree by itself. Each test also shows that it can fail.
PARITY = %D%/api.sh %D%/options.sh %D%/layers.sh %D%/calls.sh %D%/licence.sh %D%/unfinished.sh %D%/metrics.sh %D%/lists.sh %D%/model.sh %D%/failpoints.sh %D%/help.sh %D%/unit.sh %D%/zones.sh
EXTRA_DIST += $(PARITY) %D%/tap.sh
TESTS += $(PARITY)
# The drivers' side: what they export, and the interface that was promised to them.
PARITY_DRIVER = %D%/symbols.sh %D%/driver-abi.sh %D%/guide.sh
EXTRA_DIST += $(PARITY_DRIVER) %D%/driver-abi.txt
TESTS += $(PARITY_DRIVER)

# SPDX-License-Identifier: Apache-2.0
# Drivers of every interface that was promised: they load and do what they did. docs/driver-abi.md says what is promised.
TESTS += %D%/corpus.sh
EXTRA_DIST += %D%/corpus.sh %D%/1.0

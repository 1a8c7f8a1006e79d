# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += %D%/options.sh
TESTS += %D%/options.sh

# SPDX-License-Identifier: Apache-2.0
TESTS += %D%/drivers.sh
EXTRA_DIST += %D%/drivers.sh

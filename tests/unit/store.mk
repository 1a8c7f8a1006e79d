# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += %D%/store_sql.sh
TESTS += %D%/store_sql.sh

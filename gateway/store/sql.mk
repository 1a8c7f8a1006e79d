# SPDX-License-Identifier: Apache-2.0
# Every .sql file, one line each; tests/unit/store_sql.sh fails if one on disk is missing here. Migrations in order.

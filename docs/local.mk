# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += %D%/architecture.md %D%/operations.md %D%/ring-once.md %D%/security.md
EXTRA_DIST += %D%/pictures/terminal.mjs %D%/pictures/quickstart.svg

# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += %D%/api.md %D%/architecture.md %D%/openapi.yaml %D%/operations.md %D%/performance.md %D%/ring-once.md %D%/security.md
EXTRA_DIST += %D%/pictures/terminal.mjs %D%/pictures/quickstart.svg

# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += %D%/api.md %D%/architecture.md %D%/driver-abi.md %D%/driver-guide.md %D%/openapi.yaml %D%/operations.md %D%/performance.md %D%/ring-once.md %D%/security.md
EXTRA_DIST += %D%/decisions.md
EXTRA_DIST += %D%/policies.md %D%/policy.schema.json
EXTRA_DIST += %D%/callee-time.md
EXTRA_DIST += %D%/jurisdictions.md
EXTRA_DIST += %D%/chains.md
EXTRA_DIST += %D%/spoken-times.md
EXTRA_DIST += %D%/pictures/terminal.mjs %D%/pictures/quickstart.svg
# The example driver is no part of the build: it is built against what was installed.
EXTRA_DIST += %D%/example-driver/telnyx.c %D%/example-driver/README.md %D%/example-driver/Makefile %D%/example-driver/.gitignore \
	%D%/example-driver/golden %D%/example-driver/samples

# SPDX-License-Identifier: Apache-2.0
# The program itself, as processes.
EXTRA_DIST += %D%/lib.sh %D%/serve.sh %D%/refuse.sh
TESTS += %D%/serve.sh %D%/refuse.sh

# SPDX-License-Identifier: Apache-2.0
policy_DATA = %D%/default.yaml
EXTRA_DIST += %D%/default.yaml

# SPDX-License-Identifier: Apache-2.0
policy_DATA = %D%/default.yaml
packdir = $(policydir)/jurisdictions
pack_DATA = %D%/jurisdictions/us-federal.yaml %D%/jurisdictions/us-states.yaml %D%/jurisdictions/us-debt.yaml %D%/jurisdictions/ca.yaml
EXTRA_DIST += %D%/default.yaml
EXTRA_DIST += %D%/jurisdictions/us-federal.yaml %D%/jurisdictions/us-states.yaml %D%/jurisdictions/us-debt.yaml
EXTRA_DIST += %D%/jurisdictions/ca.yaml

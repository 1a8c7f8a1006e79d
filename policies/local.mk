# SPDX-License-Identifier: Apache-2.0
policy_DATA = %D%/default.yaml %D%/requested.yaml %D%/federal.yaml %D%/strict.yaml %D%/sales-us.yaml %D%/support-eu.yaml \
	%D%/collections-us.yaml %D%/minimal-data.yaml %D%/night-shift.yaml
packdir = $(policydir)/jurisdictions
pack_DATA = %D%/jurisdictions/us-federal.yaml %D%/jurisdictions/us-states.yaml %D%/jurisdictions/us-debt.yaml %D%/jurisdictions/ca.yaml
EXTRA_DIST += $(policy_DATA) $(pack_DATA)

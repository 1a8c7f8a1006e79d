-- chain_minimal($1 smallint bucket, $2 uuid tenant, $3 uuid chain): by the policy nothing of this chain that points to a person is kept once it is closed
UPDATE callbacks SET minimal = true WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 AND NOT minimal

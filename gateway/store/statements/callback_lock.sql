-- callback_lock($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 uuid chain): waits for whoever is at this callback, or at another one of its chain, so that the next statement's snapshot shows what they did
SELECT callback_id FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND (callback_id = $3 OR chain_root_id = $4)
 ORDER BY attempt FOR UPDATE

-- callback_lock($1 smallint bucket, $2 uuid tenant, $3 uuid callback): waits for whoever is at this callback, so that the next statement's snapshot shows what they did
SELECT callback_id FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 FOR UPDATE

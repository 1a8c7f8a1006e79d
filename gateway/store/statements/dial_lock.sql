-- dial_lock($1 smallint bucket, $2 uuid tenant, $3 uuid dial): waits for whoever is at this dial, so that the next statement's snapshot shows what they did
SELECT dial_id FROM live_dial WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3 FOR UPDATE

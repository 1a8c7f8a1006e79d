-- once_end($1 smallint bucket, $2 uuid tenant, $3 uuid key, $4 bytea key_hash, $5 uuid answer_id, $6 smallint status, $7 bytea answer): keeps the answer for an Idempotency-Key
UPDATE idempotency SET status = $6, answer = $7
 WHERE bucket = $1 AND tenant_id = $2 AND key_id = $3 AND key_hash = $4 AND answer_id = $5

-- once_drop($1 smallint bucket, $2 uuid tenant, $3 uuid key, $4 bytea key_hash, $5 uuid answer_id): nothing happened, so the Idempotency-Key is free again
DELETE FROM idempotency WHERE bucket = $1 AND tenant_id = $2 AND key_id = $3 AND key_hash = $4 AND answer_id = $5 AND status IS NULL

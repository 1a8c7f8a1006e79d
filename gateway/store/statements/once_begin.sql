-- once_begin($1 smallint bucket, $2 uuid tenant, $3 uuid key, $4 bytea key_hash, $5 bytea request_hash, $6 uuid answer, $7 timestamptz now, $8 timestamptz expires): takes an Idempotency-Key, or says what became of it.
-- No row: another request takes it in this very moment.
WITH mine AS (
  INSERT INTO idempotency AS i (bucket, tenant_id, key_id, key_hash, request_hash, answer_id, created_at, expires_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (bucket, tenant_id, key_id, key_hash) DO UPDATE
    SET request_hash = excluded.request_hash, status = NULL, answer = NULL, answer_id = excluded.answer_id,
        created_at = excluded.created_at, expires_at = excluded.expires_at
    WHERE i.expires_at <= $7
  RETURNING answer_id
)
SELECT true AS mine, true AS same, NULL::smallint AS status, NULL::bytea AS answer, answer_id FROM mine
UNION ALL
SELECT false, i.request_hash = $5, i.status, i.answer, i.answer_id FROM idempotency i
 WHERE i.bucket = $1 AND i.tenant_id = $2 AND i.key_id = $3 AND i.key_hash = $4 AND NOT EXISTS (SELECT FROM mine)

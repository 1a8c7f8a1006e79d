-- key_list($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 int page_limit, $5 uuid page_cursor): API keys that are not revoked
SELECT coalesce(jsonb_agg(document(x.k) ORDER BY x.key_id), '[]') AS answer FROM (
  SELECT k, k.key_id FROM api_key k
   WHERE k.bucket = $1 AND k.tenant_id = $2 AND k.kind = 'api' AND k.revoked_at IS NULL AND ($3::uuid IS NULL OR k.workspace_id = $3)
     AND ($5::uuid IS NULL OR k.key_id > $5)
   ORDER BY k.key_id LIMIT $4 + 1) x

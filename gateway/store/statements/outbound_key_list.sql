-- outbound_key_list($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 int page_limit, $6 uuid page_cursor): keys that may place calls from a number
SELECT coalesce((SELECT jsonb_agg(document(x.k) ORDER BY x.key_id) FROM (
         SELECT k, k.key_id FROM api_key k
          WHERE k.bucket = $1 AND k.tenant_id = $2 AND k.number_id = $4 AND k.revoked_at IS NULL AND ($6::uuid IS NULL OR k.key_id > $6)
          ORDER BY k.key_id LIMIT $5 + 1) x), '[]') AS answer
  FROM number n WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = $4 AND n.deleted_at IS NULL AND ($3::uuid IS NULL OR n.workspace_id = $3)

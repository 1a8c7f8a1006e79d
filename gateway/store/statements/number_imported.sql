-- number_imported($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 bytea[] provider_indexes, $5 int known, $6 jsonb dropped): the answer to an import, after it
SELECT jsonb_build_object('imported', count(*) - $5, 'known', $5, 'dropped', $6, 'data', coalesce(jsonb_agg(document(n) ORDER BY n.number_id), '[]')) AS answer,
       $1::text || ':' || $3::text AS changed
  FROM number n WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.workspace_id = $3 AND n.provider_index = ANY ($4) AND n.deleted_at IS NULL

-- number_delete($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz now, $6 uuid new_id): its outbound keys end here; what was scheduled is cancelled when it falls due; an import brings it back
WITH done AS (
  UPDATE number SET deleted_at = $5, version = version + 1
   WHERE bucket = $1 AND tenant_id = $2 AND number_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3) RETURNING workspace_id
), revoked AS (
  UPDATE api_key k SET revoked_at = $5 FROM done WHERE k.bucket = $1 AND k.tenant_id = $2 AND k.number_id = $4 AND k.revoked_at IS NULL
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id)
  SELECT $1, $2, $6, $5, 'number_removed', 'number removed', workspace_id, $4 FROM done
)
SELECT NULL::jsonb AS answer, $1::text || ':' || workspace_id::text AS changed FROM done

-- workspace_delete($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz now, $6 uuid new_id): its webhooks, keys and dials end here; what was scheduled is cancelled when it falls due
WITH done AS (
  UPDATE workspace SET deleted_at = $5, version = version + 1
   WHERE bucket = $1 AND tenant_id = $2 AND workspace_id = $4 AND deleted_at IS NULL AND ($3::uuid IS NULL OR workspace_id = $3) RETURNING name
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id)
  SELECT $1, $2, $6, $5, 'workspace_deleted', format('workspace %s deleted', name), $4 FROM done
)
SELECT NULL::jsonb AS answer, $1::text || ':' || $4::text AS changed FROM done

-- suppression_delete($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz now, $6 uuid new_id): the callee may be called again; what it ended stays ended
WITH gone AS (
  DELETE FROM suppression WHERE bucket = $1 AND tenant_id = $2 AND suppression_id = $4 AND ($3 IS NULL OR workspace_id = $3)
  RETURNING workspace_id
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id)
  SELECT $1, $2, $6, $5, 'suppression.removed', 'a callee was taken off the do-not-call list', workspace_id FROM gone
)
SELECT NULL::jsonb AS answer FROM gone

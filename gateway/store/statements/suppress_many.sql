-- suppress_many($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 bytea[] callee_indexes, $5 text[] reasons, $6 timestamptz[] expires, $7 text source, $8 timestamptz now): a list of callees, and everything that waits for them with it. The same again only makes a term longer
WITH u AS MATERIALIZED (
  SELECT DISTINCT ON (g.c) g.c, g.r, g.e FROM unnest($4, $5, $6) WITH ORDINALITY AS g(c, r, e, n) ORDER BY g.c, (g.e IS NULL) DESC, g.e DESC, g.n
), s AS (
  INSERT INTO suppression (bucket, tenant_id, suppression_id, workspace_id, callee_index, source, reason, created_at, expires_at)
  SELECT $1, $2, id_at($8), $3, u.c, $7, u.r, $8, u.e FROM u
  ON CONFLICT (bucket, tenant_id, callee_index, coalesce(workspace_id, '00000000-0000-0000-0000-000000000000'::uuid))
  DO UPDATE SET expires_at = CASE WHEN suppression.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL
                                  ELSE greatest(suppression.expires_at, excluded.expires_at) END
  RETURNING (xmax = 0) AS fresh
), c AS (
  UPDATE callbacks x SET state = 'suppressed', epoch = epoch + 1, ended_at = $8, end_reason = 'suppressed', lease_until = NULL
   WHERE bucket = $1 AND tenant_id = $2 AND callee_index IN (SELECT u.c FROM u) AND state IN ('scheduled', 'claimed', 'held')
     AND ($3 IS NULL OR workspace_id = $3)
  RETURNING callback_id, chain_root_id, workspace_id, agent_id
), undue AS (
  DELETE FROM due d USING c WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.kind = 'dial' AND d.id = c.callback_id
), told AS (
  INSERT INTO decision (bucket, tenant_id, decision_id, at, kind, verdict, callback_id, chain_root_id, workspace_id, agent_id, record)
  SELECT $1, $2, id_at($8), $8, 'suppress', $7, c.callback_id, c.chain_root_id, c.workspace_id, c.agent_id,
         jsonb_build_object('kind', 'suppress', 'source', $7, 'scope', CASE WHEN $3 IS NULL THEN 'tenant' ELSE 'workspace' END)
    FROM (SELECT callback_id, chain_root_id, workspace_id, agent_id FROM c UNION ALL SELECT NULL, NULL, $3, NULL) c
)
SELECT jsonb_build_object('numbers', (SELECT count(*) FROM s), 'added', (SELECT count(*) FROM s WHERE fresh), 'callbacks_ended', (SELECT count(*) FROM c)) AS answer

-- suppress_many($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 bytea[] callee_indexes, $5 text[] reasons, $6 timestamptz[] expires, $7 text source, $8 timestamptz now): a list of callees, and everything that waits for them with it. The same again only makes a term longer
-- Rows are locked in the order suppressions by callee, callbacks by their ids.
WITH u AS MATERIALIZED (
  SELECT DISTINCT ON (g.c) g.c, g.r, g.e FROM unnest($4, $5, $6) WITH ORDINALITY AS g(c, r, e, n) ORDER BY g.c, (g.e IS NULL) DESC, g.e DESC, g.n
), s AS (
  INSERT INTO suppression (bucket, tenant_id, suppression_id, workspace_id, callee_index, source, reason, created_at, expires_at)
  SELECT $1, $2, id_at($8), $3, u.c, $7, u.r, $8, u.e FROM u
  ON CONFLICT (bucket, tenant_id, callee_index, coalesce(workspace_id, '00000000-0000-0000-0000-000000000000'::uuid))
  DO UPDATE SET expires_at = CASE WHEN suppression.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL
                                  ELSE greatest(suppression.expires_at, excluded.expires_at) END
  RETURNING (xmax = 0) AS fresh
), found AS MATERIALIZED (
  SELECT callback_id FROM callbacks
   WHERE bucket = $1 AND tenant_id = $2 AND callee_index IN (SELECT u.c FROM u) AND state IN ('scheduled', 'claimed', 'held')
     AND ($3 IS NULL OR workspace_id = $3) AND EXISTS (SELECT FROM s)
), waits AS MATERIALIZED (
  SELECT x.callback_id FROM (SELECT callback_id FROM found ORDER BY callback_id) f CROSS JOIN LATERAL (
    SELECT callback_id FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = f.callback_id AND state IN ('scheduled', 'claimed', 'held') FOR UPDATE) x
), c AS (
  UPDATE callbacks x SET state = 'suppressed', epoch = epoch + 1, ended_at = $8, end_reason = 'suppressed', lease_until = NULL
    FROM waits w WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.callback_id = w.callback_id AND x.state IN ('scheduled', 'claimed', 'held')
  RETURNING x.callback_id, chain_root_id, workspace_id, agent_id
), undue AS (
  DELETE FROM due d USING c CROSS JOIN LATERAL (
    SELECT ctid AS place FROM due x WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.kind = 'dial' AND x.id = c.callback_id LIMIT 1) w
   WHERE d.bucket = $1 AND d.ctid = w.place
), told AS (
  INSERT INTO decision (bucket, tenant_id, decision_id, at, kind, verdict, callback_id, chain_root_id, workspace_id, agent_id, record)
  SELECT $1, $2, id_at($8), $8, 'suppress', $7, c.callback_id, c.chain_root_id, c.workspace_id, c.agent_id,
         jsonb_build_object('kind', 'suppress', 'source', $7, 'scope', CASE WHEN $3 IS NULL THEN 'tenant' ELSE 'workspace' END)
    FROM (SELECT callback_id, chain_root_id, workspace_id, agent_id FROM c UNION ALL SELECT NULL, NULL, $3, NULL) c
)
SELECT jsonb_build_object('numbers', (SELECT count(*) FROM s), 'added', (SELECT count(*) FROM s WHERE fresh), 'callbacks_ended', (SELECT count(*) FROM c)) AS answer

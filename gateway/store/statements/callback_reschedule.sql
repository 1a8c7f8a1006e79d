-- callback_reschedule($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz due, $6 timestamptz now, $7 uuid activity, $8 text told): another time for what waits. Quiet hours, suppression and caps hold then as ever
-- Not while the database recovers: what was due when it lost its last transactions may have rung, and the merge tells it by its time.
WITH was AS MATERIALIZED (
  SELECT c.* FROM callbacks c
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $4 AND ($3 IS NULL OR c.workspace_id = $3) FOR UPDATE
), c AS (
  UPDATE callbacks c SET state = 'scheduled', due_at = $5, first_due_at = NULL, epoch = c.epoch + 1, explicit = false, wall_ms = NULL, evidence_id = NULL,
         override_key = NULL, slot_at = NULL, end_reason = NULL FROM was
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $4 AND was.state IN ('scheduled', 'held') AND fence_ok($1)
  RETURNING c AS r
), due_then AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT $1, $2, 'dial', (c.r).callback_id, $5, (c.r).epoch FROM c
  ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id)
  SELECT $1, $2, $7, $6, 'callback.rescheduled', 'attempt ' || (c.r).attempt || ' ' || $8,
         (c.r).workspace_id, (c.r).number_id, (c.r).agent_id, (c.r).callback_id, (c.r).chain_root_id FROM c
)
SELECT (SELECT document(c.r) FROM c) AS answer, CASE WHEN was.state NOT IN ('scheduled', 'held') THEN 'wrong_state' WHEN NOT fence_ok($1) THEN 'unavailable' END AS problem,
       CASE WHEN was.state IN ('scheduled', 'held') THEN 'the gateway recovers from a failover of its database: nothing is moved until then'
            ELSE 'the callback is ' || was.state || ': only one that is scheduled or held has a time to move' END AS detail
  FROM was

-- callback_reschedule($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz due, $6 timestamptz now, $7 uuid activity, $8 text told, $9 bytea payload, $10 bytea callee_index, $11 jsonb beside, $12 timestamptz asked, $13 text moved_by, $14 text why, $15 uuid decision, $16 text policy, $17 jsonb record): another time for what waits. Quiet hours, suppression and caps hold then as ever
-- due is the first minute from asked on that policy and laws permit; moved_by, a rule, and why, a sentence, if it is another than asked.
-- What is held gets its time, with payload also the number that it lacked, and a number of its agent to dial from if it had none.
-- Not while the database recovers: what was due when it lost its last transactions may have rung, and the merge tells it by its time.
WITH was AS MATERIALIZED (
  SELECT c.* FROM callbacks c
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $4 AND ($3 IS NULL OR c.workspace_id = $3) FOR UPDATE
), own AS MATERIALIZED (
  SELECT n.number_id, n.customer_id FROM was, number n
   WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.workspace_id = was.workspace_id AND n.deleted_at IS NULL AND n.outbound AND (n.voice OR n.sms)
     AND n.agent_id = was.agent_id AND was.number_id IS NULL
   ORDER BY n.number_id LIMIT 1
), good AS MATERIALIZED (
  SELECT was.* FROM was WHERE state IN ('scheduled', 'held') AND fence_ok($1) AND (number_id IS NOT NULL OR EXISTS (SELECT FROM own))
     AND ($9 IS NOT NULL OR state <> 'held' OR end_reason IS DISTINCT FROM 'no_number')
), c AS (
  UPDATE callbacks c SET state = 'scheduled', due_at = $5, first_due_at = NULL, epoch = c.epoch + 1, explicit = false, slot_at = NULL, end_reason = NULL,
         wall_ms = NULL, wall_zone = NULL, zone_data = NULL, evidence_id = NULL, override_key = NULL, flagged = false,
         number_id = coalesce(c.number_id, (SELECT number_id FROM own)),
         customer_id = CASE WHEN c.number_id IS NULL THEN (SELECT customer_id FROM own) ELSE c.customer_id END,
         payload = coalesce($9, c.payload), callee_index = coalesce($10, c.callee_index),
         callee_zones = coalesce($11->>'zones', c.callee_zones), callee_states = coalesce($11->>'states', c.callee_states),
         callee_country = coalesce($11->>'country', c.callee_country), zone_source = coalesce($11->>'source', c.zone_source),
         callee_unknown = coalesce(($11->>'unknown')::boolean, c.callee_unknown)
    FROM good WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $4
  RETURNING c AS r
), due_then AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch) SELECT $1, $2, 'dial', (c.r).callback_id, $5, (c.r).epoch FROM c
  ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
), decided AS (
  INSERT INTO decision (bucket, tenant_id, decision_id, at, kind, verdict, callback_id, chain_root_id, workspace_id, agent_id, policy, record)
  SELECT $1, $2, $15, $6, 'order', CASE WHEN $13 IS NULL THEN 'ok' ELSE 'later' END, (c.r).callback_id, (c.r).chain_root_id, (c.r).workspace_id, (c.r).agent_id, $16, $17 FROM c
), told AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id, number_id, agent_id, callback_id, chain_root_id)
  SELECT $1, $2, $7, $6, 'callback.rescheduled', 'attempt ' || (c.r).attempt || ' ' || $8,
         (c.r).workspace_id, (c.r).number_id, (c.r).agent_id, (c.r).callback_id, (c.r).chain_root_id FROM c
)
SELECT (SELECT document(c.r) || jsonb_build_object('asked_at', utc($12), 'permitted_at', utc($5), 'moved_by', $13, 'text', $14) FROM c) AS answer,
       CASE WHEN EXISTS (SELECT FROM good) THEN NULL WHEN was.state NOT IN ('scheduled', 'held') THEN 'wrong_state'
            WHEN NOT fence_ok($1) THEN 'unavailable' WHEN was.number_id IS NULL THEN 'outbound_disabled' ELSE 'wrong_state' END AS problem,
       CASE WHEN was.state NOT IN ('scheduled', 'held') THEN 'the callback is ' || was.state || ': only one that is scheduled or held is given a time'
            WHEN NOT fence_ok($1) THEN 'the gateway recovers from a failover of its database: nothing is moved until then'
            WHEN was.number_id IS NULL THEN 'no number of its agent may place calls' ELSE 'nobody knows whom it is to call: give to_number' END AS detail
  FROM was

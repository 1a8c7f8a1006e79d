-- event_read($1 smallint bucket, $2 uuid tenant, $3 date day, $4 uuid event): one event, and what is known of its call and dial
-- The state is looked at by the reader: in the predicate it makes the planner walk the index of all that is pending.
SELECT i.state, i.workspace_id, i.agent_id, i.provider, i.received_at, i.call_index, i.dial_id, i.body, t.keys,
       k.call_id, k.version AS call_version, k.detail AS call_detail, k.dial_id AS call_dial_id,
       i.dial_id IS NULL OR EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.dial_id = i.dial_id)
       OR EXISTS (SELECT FROM intents d WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.dial_id = i.dial_id) AS dial_known
  FROM inbox i
  JOIN tenant t ON t.bucket = $1 AND t.tenant_id = $2
  LEFT JOIN call k ON k.bucket = $1 AND k.tenant_id = $2 AND k.call_index = i.call_index
 WHERE i.bucket = $1 AND i.tenant_id = $2 AND i.day = $3 AND i.event_id = $4

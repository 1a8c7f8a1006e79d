-- event_read($1 smallint bucket, $2 uuid tenant, $3 date day, $4 uuid event): one event, and what is known of its call and dial
-- The state is looked at by the reader: in the predicate it makes the planner walk the index of all that is pending.
SELECT i.state, i.workspace_id, i.agent_id, i.provider, i.kind, i.final, i.received_at, i.call_index, i.dial_id, i.body, i.tries, t.keys,
       w.timezone, k.call_id, k.version AS call_version, k.rank AS call_rank, k.detail AS call_detail, k.dial_id AS call_dial_id,
       k.started_at AS call_started_at, k.ended_at AS call_ended_at, k.direction AS call_direction,
       g.agent_id AS known_agent_id, g.verification_status
  FROM inbox i
  JOIN tenant t ON t.bucket = $1 AND t.tenant_id = $2
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = i.workspace_id
  LEFT JOIN call k ON k.bucket = $1 AND k.tenant_id = $2 AND k.call_index = i.call_index
  LEFT JOIN agent g ON g.bucket = $1 AND g.tenant_id = $2 AND g.agent_id = i.agent_id
 WHERE i.bucket = $1 AND i.tenant_id = $2 AND i.day = $3 AND i.event_id = $4

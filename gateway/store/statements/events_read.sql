-- events_read($1 smallint[] buckets, $2 uuid[] tenants, $3 date[] days, $4 uuid[] events): events, and what is known of their calls; n: the place in the arrays
-- The state is looked at by the reader: in the predicate it makes the planner walk the index of all that is pending.
SELECT u.n::int AS n, i.state, i.workspace_id, i.agent_id, i.provider, i.received_at, i.call_index, i.dial_id, i.body, t.keys,
       k.call_id, k.version AS call_version, k.detail AS call_detail, k.dial_id AS call_dial_id,
       i.dial_id IS NULL OR EXISTS (SELECT FROM live_dial l WHERE l.bucket = u.b AND l.tenant_id = u.t AND l.dial_id = i.dial_id)
       OR EXISTS (SELECT FROM intents d WHERE d.bucket = u.b AND d.tenant_id = u.t AND d.dial_id = i.dial_id) AS dial_known
  FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS u(b, t, d, e, n)
  JOIN inbox i ON i.bucket = u.b AND i.tenant_id = u.t AND i.day = u.d AND i.event_id = u.e
  JOIN tenant t ON t.bucket = u.b AND t.tenant_id = u.t
  LEFT JOIN call k ON k.bucket = u.b AND k.tenant_id = u.t AND k.call_index = i.call_index

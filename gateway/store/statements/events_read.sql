-- events_read($1 smallint[] buckets, $2 uuid[] tenants, $3 date[] days, $4 uuid[] events): events, and what is known of their calls; n: the place in the arrays
-- The state is looked at by the reader: in the predicate it makes the planner walk the index of all that is pending. LIMIT and
-- OFFSET keep the look-ups apart: joined in another order, all events of a tenant would be read for each.
SELECT u.n::int AS n, i.state, i.workspace_id, i.agent_id, i.provider, i.received_at, i.call_index, i.dial_id, i.body,
       NOT i.final AND i.kind IN ('call_ended', 'call_analyzed', 'chat_ended', 'chat_analyzed') AS speaks,
       (SELECT t.keys FROM tenant t WHERE t.bucket = u.b AND t.tenant_id = u.t) AS keys,
       k.call_id, k.version AS call_version, k.detail AS call_detail, k.dial_id AS call_dial_id, k.outcome AS call_outcome, k.followed_at IS NOT NULL AS call_followed,
       k.refused_at IS NOT NULL AS call_refused,
       l.live IS NOT NULL AS dial_live, l.provider_call_id AS dial_call,
       i.dial_id IS NULL OR l.live OR EXISTS (SELECT FROM intents d WHERE d.bucket = u.b AND d.tenant_id = u.t AND d.dial_id = i.dial_id OFFSET 0) AS dial_known
  FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS u(b, t, d, e, n)
 CROSS JOIN LATERAL (SELECT * FROM inbox x WHERE x.bucket = u.b AND x.tenant_id = u.t AND x.day = u.d AND x.event_id = u.e LIMIT 1) i
  LEFT JOIN LATERAL (SELECT true AS live, x.provider_call_id FROM live_dial x WHERE x.bucket = u.b AND x.tenant_id = u.t AND x.dial_id = i.dial_id LIMIT 1) l ON true
  LEFT JOIN LATERAL (SELECT * FROM call x WHERE x.bucket = u.b AND x.tenant_id = u.t AND x.call_index = i.call_index LIMIT 1) k ON true

-- late_read($1 smallint[] buckets, $2 uuid[] tenants, $3 uuid[] workspaces, $4 uuid[] agents, $5 uuid[] calls, $6 uuid[] dials): by whose policy late news of a call is heard, and whom its dial called; n: the place in the arrays. A call without a workspace is not asked about
-- LIMIT and OFFSET keep the look-ups apart, as in events_read.
SELECT u.n::int AS n, w.workspace_id, w.timezone, w.policy_name, w.policy AS workspace_policy, t.plan, a.agent_id, a.policy AS agent_policy,
       c.callback_id, c.chain_root_id, c.callee_index
  FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS u(b, t, w, a, k, d, n)
 CROSS JOIN LATERAL (SELECT * FROM workspace x WHERE x.bucket = u.b AND x.tenant_id = u.t AND x.workspace_id = u.w LIMIT 1) w
 CROSS JOIN LATERAL (SELECT * FROM tenant x WHERE x.bucket = u.b AND x.tenant_id = u.t LIMIT 1) t
  LEFT JOIN LATERAL (SELECT * FROM callbacks x WHERE x.bucket = u.b AND x.tenant_id = u.t AND x.callback_id = (
         SELECT i.callback_id FROM intents i WHERE i.bucket = u.b AND i.tenant_id = u.t AND i.dial_id = u.d AND i.workspace_id = u.w LIMIT 1) LIMIT 1) c ON true
  LEFT JOIN LATERAL (SELECT * FROM agent x WHERE x.bucket = u.b AND x.tenant_id = u.t AND x.agent_id = coalesce(c.agent_id, u.a, (
         SELECT k.agent_id FROM call k WHERE k.bucket = u.b AND k.tenant_id = u.t AND k.call_id = u.k OFFSET 0)) LIMIT 1) a ON true

-- callback_context($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz now): what dialling this callback now would meet. live_until: of the last dial of its callee that may still be a call
SELECT c.state, c.end_reason, c.epoch, c.attempt, c.reason, c.customer_id, c.explicit, c.due_at AS asked_at, c.first_due_at, c.override_key IS NOT NULL AS override,
       c.callee_index, c.callee_zones, c.callee_states, c.callee_country, c.callee_unknown, c.zone_source, c.cancel_requested_at, c.cancel_requested_at IS NOT NULL AS cancelled,
       n.deleted_at IS NULL AND n.outbound AS outbound, coalesce(a.enabled, true) AS agent_enabled,
       w.provider, w.settings || (SELECT coalesce(jsonb_object_agg(s, true), '{}') FROM unnest(w.secret_names) s) AS given,
       w.paused_reason, w.timezone, t.plan, w.policy_name,
       w.policy AS workspace_policy, a.policy AS agent_policy, fence_ok($1) AS fence_ok,
       suppressed($1, $2, c.workspace_id, c.callee_index, $5) AS suppressed,
       -- a parked dial's own reserve is given back before its callee is dialled again
       u.balance + CASE WHEN c.state = 'parked' THEN 1 ELSE 0 END AS balance,
       EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.callee_index = c.callee_index
                  AND l.callback_id <> c.callback_id) AS busy,
       (SELECT max(l.live_until) FROM live_dial l JOIN callbacks o ON o.bucket = $1 AND o.tenant_id = $2 AND o.callback_id = l.callback_id
         WHERE l.bucket = $1 AND l.tenant_id = $2 AND o.callee_index = c.callee_index AND l.state <> 'ended') AS live_until
  FROM callbacks c
  LEFT JOIN number n ON n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = c.number_id
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = c.workspace_id
  JOIN tenant t ON t.bucket = $1 AND t.tenant_id = $2
  LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = c.agent_id
  LEFT JOIN customer u ON u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = c.customer_id
 WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $4 AND ($3 IS NULL OR c.workspace_id = $3)

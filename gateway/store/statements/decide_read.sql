-- decide_read($1 smallint bucket, $2 uuid tenant, $3 uuid dial): all that a decision about an ended dial looks at
SELECT l.state AS dial_state, l.ended_at, l.provider_call_id, l.provider, l.live_until,
       c.callback_id, c.chain_root_id, c.attempt, c.state, c.epoch, c.workspace_id, c.number_id, c.agent_id, c.customer_id,
       c.callee_index, c.payload, c.once_spent, c.repeats, c.reason, c.key_id, c.last_dial, c.cancel_requested_at, c.begun, c.callee_zones, c.zone_source,
       CASE WHEN c.explicit AND c.evidence_id IS NOT NULL THEN coalesce(c.first_due_at, c.due_at) END AS named_at,
       w.timezone, t.plan, CASE WHEN w.deleted_at IS NULL THEN w.policy_name END AS policy_name,
       CASE WHEN w.deleted_at IS NULL THEN w.policy END AS workspace_policy, a.policy AS agent_policy, a.enabled AS agent_enabled, t.keys,
       k.call_id, k.version AS call_version, k.detail AS call_detail, k.rank AS call_rank, k.refused_at IS NOT NULL AS call_refused,
       suppressed($1, $2, c.workspace_id, c.callee_index, l.ended_at) AS suppressed
  FROM live_dial l
  JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = (SELECT callback_id FROM live_dial WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3)
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = c.workspace_id
  JOIN tenant t ON t.bucket = $1 AND t.tenant_id = $2
  LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = c.agent_id
  LEFT JOIN LATERAL (SELECT * FROM call k WHERE k.bucket = $1 AND k.tenant_id = $2 AND k.callback_id = c.callback_id AND k.dial_id = $3
                        AND k.workspace_id = l.workspace_id AND (l.provider_call_id IS NULL OR k.provider_call_id = l.provider_call_id)
                      ORDER BY k.rank DESC LIMIT 1) k ON true
 WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.dial_id = $3

-- outbound_context($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid number, $5 bytea from_index, $6 uuid agent, $7 bytea callee_index, $8 timestamptz now, $9 bytea to_index): what a request for a call would meet. number or from_index names the number that is to ring from; to_index is of the callee, as of a number of ours
SELECT n.number_id, n.workspace_id, n.customer_id, n.outbound, n.voice OR n.sms AS can_dial, n.e164_index = $5 AS from_matches,
       n.e164_index = $9 AS to_itself,
       w.provider, w.timezone, t.plan, w.policy_name, w.policy AS workspace_policy, w.paused_reason, w.settings || (SELECT coalesce(jsonb_object_agg(s, true), '{}') FROM unnest(w.secret_names) s) AS given,
       a.agent_id, a.enabled AS agent_enabled, a.channel = 'voice' OR NOT n.voice AS agent_fits, a.policy AS agent_policy, u.balance,
       suppressed($1, $2, n.workspace_id, $7, $8) AS suppressed,
       EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.callee_index = $7) AS busy
  FROM number n
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = n.workspace_id AND w.deleted_at IS NULL
  JOIN tenant t ON t.bucket = $1 AND t.tenant_id = $2
  LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = $2 AND a.workspace_id = n.workspace_id AND a.agent_id = coalesce($6, n.agent_id) AND ($6 IS NULL OR a.deleted_at IS NULL)
  LEFT JOIN customer u ON u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = n.customer_id
 WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.deleted_at IS NULL AND ($3 IS NULL OR n.workspace_id = $3)
   AND CASE WHEN $4 IS NOT NULL THEN n.number_id = $4 ELSE n.e164_index = $5 END
 ORDER BY n.outbound DESC, n.number_id LIMIT 1

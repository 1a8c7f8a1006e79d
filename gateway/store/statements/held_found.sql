-- held_found($1 smallint bucket, $2 uuid after, $3 int most): callbacks that their policy holds, in the order of their ids, as the claim would have them
SELECT c.tenant_id, c.callback_id, c.epoch, c.explicit, c.due_at AS asked_at, c.first_due_at, c.override_key IS NOT NULL AS override,
       c.callee_index, c.callee_zones, c.callee_states, c.callee_country, c.callee_unknown, c.zone_source,
       w.timezone, t.plan, CASE WHEN w.deleted_at IS NULL THEN w.policy_name END AS policy_name,
       CASE WHEN w.deleted_at IS NULL THEN w.policy END AS workspace_policy, a.policy AS agent_policy
  FROM (SELECT * FROM callbacks WHERE bucket = $1 AND state = 'held' AND held_by_policy(end_reason) AND callback_id > $2
         ORDER BY callback_id LIMIT $3) c
  LEFT JOIN tenant t ON t.bucket = $1 AND t.tenant_id = c.tenant_id
  LEFT JOIN workspace w ON w.bucket = $1 AND w.tenant_id = c.tenant_id AND w.workspace_id = c.workspace_id
  LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = c.tenant_id AND a.agent_id = c.agent_id
 ORDER BY c.callback_id

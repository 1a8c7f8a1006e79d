-- follow_read($1 smallint bucket, $2 uuid tenant, $3 uuid call): a call that is none of our dials, and by whose policy it is followed. dial_live: it is one after all. forgotten: its chain has been (chain_forget)
SELECT k.version, k.workspace_id, k.agent_id, k.dial_id, k.direction, k.channel, k.outcome, k.started_at, k.ended_at, k.created_at, k.detail,
       k.provider_call_id, k.followed_at IS NOT NULL AS followed, k.refused_at IS NOT NULL AS refused,
       k.callback_id IS NULL AS of_no_chain, EXISTS (
         SELECT FROM callbacks r WHERE r.bucket = $1 AND r.tenant_id = $2 AND r.forgotten_at IS NOT NULL AND r.callback_id = (
           SELECT c.chain_root_id FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = k.callback_id)) AS forgotten,
       EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.dial_id = k.dial_id) AS dial_live,
       w.provider, w.timezone, CASE WHEN w.deleted_at IS NULL THEN w.policy_name END AS policy_name,
       CASE WHEN w.deleted_at IS NULL THEN w.policy END AS workspace_policy, w.deleted_at IS NULL AS workspace_there,
       a.policy AS agent_policy, a.enabled AS agent_enabled, t.keys, t.plan
  FROM call k
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = k.workspace_id
  JOIN tenant t ON t.bucket = $1 AND t.tenant_id = $2
  LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = k.agent_id
 WHERE k.bucket = $1 AND k.tenant_id = $2 AND k.call_id = $3

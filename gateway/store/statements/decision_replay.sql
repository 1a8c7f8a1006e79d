-- decision_replay($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 timestamptz since, $5 uuid after, $6 int most): decisions about ended calls, oldest first, each with whose words its policy is made of today
SELECT d.decision_id, d.at, d.callback_id, d.call_id, d.agent_id, d.workspace_id, d.record, t.plan, w.policy_name, w.policy AS workspace_policy, a.policy AS agent_policy
  FROM decision d
  JOIN tenant t ON t.bucket = $1 AND t.tenant_id = $2
  JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = d.workspace_id
  LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = d.agent_id
 WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.kind = 'after_call' AND ($3 IS NULL OR d.workspace_id = $3)
   AND d.decision_id >= id_floor($4) AND ($5 IS NULL OR d.decision_id > $5)
 ORDER BY d.decision_id LIMIT $6

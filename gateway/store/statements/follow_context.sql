-- follow_context($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid agent, $5 bytea callee_index, $6 bytea own_index, $7 timestamptz now, $8 bytea callee_own): what a chain that this call begins would meet: the number to dial from (the call's own, else the agent's), what waits for the callee already.
-- calls_itself: the callee is the number that would dial (callee_own: the index that it would have as a number of ours).
-- dialled: a dial to this callee is under way of which the provider's id is not known yet: the call may be that one.
SELECT n.number_id, (n.e164_index = $8) IS TRUE AS calls_itself, n.agent_id AS number_agent_id, na.enabled AS number_agent_enabled,
       suppressed($1, $2, $3, $5, $7) AS suppressed,
       EXISTS (SELECT FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callee_index = $5 AND c.state IN ('scheduled', 'claimed', 'held', 'dialling')
                  AND c.workspace_id = $3)
       OR EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.callee_index = $5 AND l.workspace_id = $3) AS waiting,
       EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.callee_index = $5 AND l.provider_call_id IS NULL
                  AND l.state IN ('intent', 'sent', 'ambiguous')) AS dialled
  FROM (SELECT 1) one
  LEFT JOIN LATERAL (
    SELECT x.number_id, x.agent_id, x.e164_index FROM number x
     WHERE x.bucket = $1 AND x.tenant_id = $2 AND x.workspace_id = $3 AND x.deleted_at IS NULL AND x.outbound AND (x.voice OR x.sms)
       AND (x.e164_index = $6 OR x.agent_id = $4)
     ORDER BY (x.e164_index = $6) IS TRUE DESC, x.number_id LIMIT 1) n ON true
  LEFT JOIN agent na ON na.bucket = $1 AND na.tenant_id = $2 AND na.agent_id = n.agent_id

-- callback_list($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 int page_limit, $5 uuid page_cursor, $6 text q_state, $7 uuid q_agent, $8 uuid q_number, $9 uuid q_workspace, $10 timestamptz q_due_from, $11 timestamptz q_due_until): newest first
SELECT coalesce(jsonb_agg(document(p.c) ORDER BY (p.c).callback_id DESC), '[]') AS answer,
       CASE WHEN $6 <> ALL ('{scheduled,claimed,dialling,completed,cancelled,suppressed,expired,parked,held}') THEN 'invalid' END AS problem,
       'no such state: scheduled, claimed, dialling, completed, cancelled, suppressed, expired, parked or held' AS detail, '?state' AS pointer FROM (
  SELECT c FROM callbacks c
   WHERE c.bucket = $1 AND c.tenant_id = $2 AND ($3 IS NULL OR c.workspace_id = $3) AND ($5 IS NULL OR c.callback_id < $5)
     AND ($6 IS NULL OR c.state = $6) AND ($7 IS NULL OR c.agent_id = $7) AND ($8 IS NULL OR c.number_id = $8)
     AND ($9 IS NULL OR c.workspace_id = $9) AND ($10 IS NULL OR c.due_at >= $10) AND ($11 IS NULL OR c.due_at < $11)
   ORDER BY c.callback_id DESC LIMIT $4 + 1) p

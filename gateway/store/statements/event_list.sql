-- event_list($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 int page_limit, $5 uuid page_cursor, $6 uuid q_workspace, $7 uuid q_agent, $8 text q_state): the inbox, newest first
SELECT coalesce(jsonb_agg(document(x.e) ORDER BY x.event_id DESC), '[]') AS answer FROM (
  SELECT e, e.event_id FROM inbox e
   WHERE e.bucket = $1 AND e.tenant_id = $2 AND ($3::uuid IS NULL OR e.workspace_id = $3) AND ($5::uuid IS NULL OR e.event_id < $5)
     AND ($6::uuid IS NULL OR e.workspace_id = $6) AND ($7::uuid IS NULL OR e.agent_id = $7) AND ($8::text IS NULL OR e.state = $8)
   ORDER BY e.event_id DESC LIMIT $4 + 1) x

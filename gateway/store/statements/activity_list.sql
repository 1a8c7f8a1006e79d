-- activity_list($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 int page_limit, $5 uuid page_cursor, $6 uuid q_workspace, $7 uuid q_number, $8 uuid q_chain, $9 uuid q_callback, $10 uuid q_agent, $11 uuid q_customer): newest first
SELECT coalesce(jsonb_agg(document(x.a) ORDER BY x.activity_id DESC), '[]') AS answer FROM (
  SELECT a, a.activity_id FROM activity a
   WHERE a.bucket = $1 AND a.tenant_id = $2 AND ($3::uuid IS NULL OR a.workspace_id = $3) AND ($5::uuid IS NULL OR a.activity_id < $5)
     AND ($6::uuid IS NULL OR a.workspace_id = $6) AND ($7::uuid IS NULL OR a.number_id = $7) AND ($8::uuid IS NULL OR a.chain_root_id = $8)
     AND ($9::uuid IS NULL OR a.callback_id = $9) AND ($10::uuid IS NULL OR a.agent_id = $10) AND ($11::uuid IS NULL OR a.customer_id = $11)
   ORDER BY a.activity_id DESC LIMIT $4 + 1) x

-- call_list($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 int page_limit, $5 uuid page_cursor, $6 uuid q_workspace, $7 uuid q_number, $8 uuid q_agent, $9 uuid q_callback, $10 uuid q_chain): newest first. A call belongs to one of our numbers by the callback that placed it
SELECT coalesce(jsonb_agg(document(p.k) ORDER BY (p.k).call_id DESC), '[]') AS answer FROM (
  SELECT k FROM call k
   WHERE k.bucket = $1 AND k.tenant_id = $2 AND ($3 IS NULL OR k.workspace_id = $3) AND ($5 IS NULL OR k.call_id < $5)
     AND ($6 IS NULL OR k.workspace_id = $6) AND ($8 IS NULL OR k.agent_id = $8) AND ($9 IS NULL OR k.callback_id = $9)
     AND ($7 IS NULL OR EXISTS (SELECT FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = k.callback_id AND c.number_id = $7))
     AND ($10 IS NULL OR k.callback_id IN (SELECT c.callback_id FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.chain_root_id = $10))
   ORDER BY k.call_id DESC LIMIT $4 + 1) p

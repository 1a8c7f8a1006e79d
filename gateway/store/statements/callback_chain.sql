-- callback_chain($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 int page_limit, $6 uuid page_cursor): every row of the chain that this callback belongs to, first attempt first, each with its dials as the log has them and the calls that came of them
SELECT jsonb_build_object('chain_root_id', one.chain_root_id, 'data', (
  SELECT jsonb_agg(document(p.c) || jsonb_build_object('dials', dials(p.c), 'calls', calls(p.c)) ORDER BY (p.c).callback_id)
    FROM (SELECT c FROM callbacks c
           WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.chain_root_id = one.chain_root_id AND ($6 IS NULL OR c.callback_id > $6)
           ORDER BY c.callback_id LIMIT $5 + 1) p)) AS answer
  FROM callbacks one
 WHERE one.bucket = $1 AND one.tenant_id = $2 AND one.callback_id = $4 AND ($3 IS NULL OR one.workspace_id = $3)

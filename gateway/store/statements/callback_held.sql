-- callback_held($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): what a callback lacks that waits for a person, and its sealed payload
SELECT c.chain_root_id, c.payload, CASE WHEN c.state = 'held' THEN c.end_reason END AS held
  FROM callbacks c
 WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $4 AND ($3 IS NULL OR c.workspace_id = $3)

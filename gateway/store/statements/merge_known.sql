-- merge_known($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 uuid callback, $5 uuid workspace, $6 int attempt, $7 uuid chain): after dial_adopt. ours: there is such a callback; known: and the dial has its row. ours and not known: something is in its way
SELECT EXISTS (SELECT FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND (callback_id = $4 OR chain_root_id = $7) AND workspace_id = $5 AND attempt = $6) AS ours,
       EXISTS (SELECT FROM intents WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3) AS known

-- callback_get($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): one callback. waits_for: the rule, or caps, that moved it to when it is due, by the chain's last decision; null: nothing did
SELECT document(c) || jsonb_build_object('waits_for', CASE WHEN c.state = 'scheduled' THEN (
         SELECT CASE WHEN coalesce(d.record->>'due', d.record->>'next')::timestamptz IS DISTINCT FROM c.due_at THEN NULL
                     WHEN d.record->>'verdict' = 'capped' THEN 'caps'
                     ELSE coalesce(d.record->'moved_by'->0->>'id', d.record->'forbidden_by'->0->>'id') END
           FROM decision d WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.chain_root_id = c.chain_root_id
          ORDER BY d.decision_id DESC LIMIT 1) END) AS answer
  FROM callbacks c
 WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $4 AND ($3 IS NULL OR c.workspace_id = $3)

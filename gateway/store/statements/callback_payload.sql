-- callback_payload($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): what the provider sent of this callback's calls, as far as it is kept: the last 50, oldest first
SELECT jsonb_build_object('data', (
  SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.event_id, 'received_at', utc(p.received_at), 'expires_at', utc(nullif(p.expires_at, 'infinity')),
           'body', sealed('text', 'payload', 'body', p.event_id, p.body)) ORDER BY p.received_at, p.event_id), '[]')
    FROM (SELECT * FROM (
            SELECT y.* FROM call k JOIN payload y ON y.bucket = $1 AND y.tenant_id = $2 AND y.call_index = k.call_index
             WHERE k.bucket = $1 AND k.tenant_id = $2 AND k.callback_id = c.callback_id
            UNION
            SELECT y.* FROM intents i JOIN payload y ON y.bucket = $1 AND y.tenant_id = $2 AND y.dial_id = i.dial_id
             WHERE i.bucket = $1 AND i.tenant_id = $2 AND i.callback_id = c.callback_id) all_of_it
           ORDER BY received_at DESC, event_id DESC LIMIT 50) p)) AS answer
  FROM callbacks c
 WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $4 AND ($3 IS NULL OR c.workspace_id = $3)

-- call_get($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id): one call, with what was heard of it. Events have time-ordered ids, so the hours around a call are a range of the inbox's key
SELECT document(k) || jsonb_build_object('events', coalesce((
  SELECT jsonb_agg(jsonb_build_object('id', i.event_id, 'received_at', utc(i.received_at), 'kind', i.kind, 'final', i.final, 'state', i.state) ORDER BY i.event_id)
    FROM inbox i
   WHERE i.bucket = $1 AND i.tenant_id = $2 AND i.call_index = k.call_index
     AND i.day BETWEEN t.since::date AND t.until::date
     AND i.event_id BETWEEN id_floor(t.since) AND id_floor(t.until)), '[]')) AS answer
  FROM call k,
       LATERAL (SELECT k.created_at - interval '1 hour' AS since, greatest(k.created_at, k.ended_at) + interval '2 hours' AS until) t
 WHERE k.bucket = $1 AND k.tenant_id = $2 AND k.call_id = $4 AND ($3 IS NULL OR k.workspace_id = $3)

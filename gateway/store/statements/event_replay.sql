-- event_replay($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 timestamptz now): a dead event is processed once more
WITH e AS (
  UPDATE inbox SET state = 'pending', tries = 0, lease_until = $5
   WHERE bucket = $1 AND tenant_id = $2 AND event_id = $4 AND state = 'dead' AND ($3 IS NULL OR workspace_id = $3)
  RETURNING event_id
)
SELECT jsonb_build_object('id', i.event_id, 'state', 'pending') AS answer,
       CASE WHEN EXISTS (SELECT FROM e) THEN NULL ELSE 'wrong_state' END AS problem,
       'the event is ' || i.state || ': only a dead one is replayed' AS detail
  FROM inbox i WHERE i.bucket = $1 AND i.tenant_id = $2 AND i.event_id = $4 AND ($3 IS NULL OR i.workspace_id = $3)

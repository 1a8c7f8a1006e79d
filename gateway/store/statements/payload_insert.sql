-- payload_insert($1 smallint[] buckets, $2 uuid[] tenants, $3 uuid[] events, $4 timestamptz[] received, $5 uuid[] workspaces, $6 uuid[] agents, $7 bytea[] call_indexes, $8 uuid[] dials, $9 bytea[] bodies, $10 timestamptz[] until): what providers sent, where a policy keeps it; after inbox_insert, of events that are new. until NULL: for good
INSERT INTO payload (bucket, tenant_id, event_id, received_at, workspace_id, agent_id, call_index, dial_id, body, expires_at)
SELECT u.b, u.t, u.e, u.r, u.w, u.a, u.c, u.l, u.y, coalesce(u.x, 'infinity')
  FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) AS u(b, t, e, r, w, a, c, l, y, x)
 WHERE EXISTS (SELECT FROM inbox i WHERE i.bucket = u.b AND i.tenant_id = u.t AND i.event_id = u.e
                  AND i.day = floor(extract(epoch FROM u.r) / 86400)::int + date '1970-01-01')

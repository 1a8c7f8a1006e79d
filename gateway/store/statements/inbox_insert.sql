-- inbox_insert($1 smallint[] buckets, $2 uuid[] tenants, $3 uuid[] events, $4 timestamptz[] received, $5 uuid[] workspaces, $6 uuid[] agents, $7 text[] providers, $8 text[] kinds, $9 boolean[] finals, $10 bytea[] dedups, $11 bytea[] call_indexes, $12 uuid[] dials, $13 bytea[] bodies, $14 timestamptz lease_until): T0, the group commit. Returns the events that are new.
INSERT INTO inbox (bucket, tenant_id, day, event_id, received_at, workspace_id, agent_id, provider, kind, final, dedup, call_index, dial_id, body, lease_until)
SELECT u.b, u.t, floor(extract(epoch FROM u.r) / 86400)::int + date '1970-01-01', u.e, u.r, u.w, u.a, u.p, u.k, u.f, u.d, u.c, u.l, u.y, $14
  FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS u(b, t, e, r, w, a, p, k, f, d, c, l, y)
 WHERE NOT EXISTS (SELECT FROM inbox i WHERE i.bucket = u.b AND i.tenant_id = u.t AND i.dedup = u.d
                      AND i.day = floor(extract(epoch FROM u.r) / 86400)::int + date '1970-01-01' - 1)
ON CONFLICT (bucket, tenant_id, day, dedup) WHERE dedup IS NOT NULL DO NOTHING
RETURNING event_id

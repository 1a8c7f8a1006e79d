-- follow_plan($1 smallint[] buckets, $2 uuid[] tenants, $3 uuid[] calls, $4 timestamptz[] due): calls of which something may follow that no dial's decision sees to, each once; after calls_put
INSERT INTO due (bucket, tenant_id, kind, id, due_at)
SELECT u.b, u.t, 'follow', u.c, u.d FROM unnest($1, $2, $3, $4) AS u(b, t, c, d)
 WHERE EXISTS (SELECT FROM call k WHERE k.bucket = u.b AND k.tenant_id = u.t AND k.call_id = u.c AND k.followed_at IS NULL OFFSET 0)
ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = least(due.due_at, excluded.due_at)

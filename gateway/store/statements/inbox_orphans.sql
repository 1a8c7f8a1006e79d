-- inbox_orphans($1 smallint bucket, $2 timestamptz now, $3 timestamptz lease_until, $4 int most): pending events whose worker did not come back
WITH o AS (
  SELECT tenant_id, day, event_id FROM inbox WHERE bucket = $1 AND state = 'pending' AND lease_until > '-infinity' AND lease_until < $2
   ORDER BY lease_until LIMIT $4 FOR UPDATE SKIP LOCKED
)
UPDATE inbox i SET lease_until = $3 FROM o
 WHERE i.bucket = $1 AND i.tenant_id = o.tenant_id AND i.day = o.day AND i.event_id = o.event_id
RETURNING i.tenant_id, i.day, i.event_id

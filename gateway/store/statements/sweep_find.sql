-- sweep_find($1 timestamptz now): buckets in which something was left behind: claims, dials or events past their lease, callees to free; chains to forget
SELECT b.bucket,
       EXISTS (SELECT FROM callbacks WHERE bucket = b.bucket AND state = 'claimed' AND lease_until < $1) AS claims,
       EXISTS (SELECT FROM live_dial WHERE bucket = b.bucket AND (lease_until < $1
               OR (live_until < $1 AND (state = 'closed' OR (state = 'parked' AND callee_index IS NOT NULL))))) AS dials,
       EXISTS (SELECT FROM inbox WHERE bucket = b.bucket AND state = 'pending' AND lease_until > '-infinity' AND lease_until < $1) AS events,
       EXISTS (SELECT FROM callbacks WHERE bucket = b.bucket AND minimal AND forgotten_at IS NULL AND created_at > '-infinity') AS forgets
  FROM (SELECT n::smallint AS bucket FROM generate_series(0, 63) n OFFSET 0) b

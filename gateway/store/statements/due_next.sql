-- due_next($1 timestamptz now): of each bucket that has anything, the earliest due time
-- The cast stands apart: it may fail, so that behind row security the planner would not trust its equality, and sort all of a bucket.
SELECT b.bucket, d.due_at, d.due_at <= $1 AS is_due
  FROM (SELECT n::smallint AS bucket FROM generate_series(0, 63) n OFFSET 0) b
 CROSS JOIN LATERAL (SELECT due_at FROM due WHERE bucket = b.bucket AND due_at > '-infinity' ORDER BY due_at LIMIT 1) d
 ORDER BY d.due_at

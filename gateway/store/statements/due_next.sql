-- due_next($1 timestamptz now): of each bucket that has anything, the earliest due time
SELECT b.bucket::smallint AS bucket, d.due_at, d.due_at <= $1 AS is_due
  FROM generate_series(0, 63) AS b(bucket)
 CROSS JOIN LATERAL (SELECT due_at FROM due WHERE bucket = b.bucket::smallint ORDER BY due_at LIMIT 1) d
 ORDER BY d.due_at

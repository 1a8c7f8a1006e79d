-- fence_alive($1 smallint bucket, $2 timestamptz now): dials were begun here now
UPDATE fence SET alive_at = $2 WHERE bucket = $1 AND (alive_at IS NULL OR alive_at < $2) AND fence_ok($1)
RETURNING system_id

-- promise_stale($1 smallint bucket, $2 text version, $3 int most): callbacks at a time that was promised as a wall clock, and made an instant by other zone data than $2. What is held goes back to its time by itself (held_again)
SELECT tenant_id, callback_id, epoch, attempt, due_at, first_due_at, wall_ms, wall_zone
  FROM callbacks
 WHERE bucket = $1 AND state IN ('scheduled', 'held') AND wall_zone IS NOT NULL AND zone_data IS DISTINCT FROM $2
 LIMIT $3

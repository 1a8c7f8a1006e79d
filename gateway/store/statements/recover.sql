-- recover($1 smallint bucket, $2 timestamptz lost_from): a person says that this database lost something, since then, or since its last sign of life.
-- While it recovers, an earlier time still counts: it is noticed again, and what was merged so far is merged anew. A time after the last sign of life says no
-- more than that one: somebody's clock is off, and what was dialled in between must not be missed.
UPDATE fence SET mode = 'recovering', noticed_at = NULL, lost_from = CASE WHEN $2 IS NOT NULL THEN least($2, (SELECT max(alive_at) FROM fence)) END,
       quiet_until = NULL, merge_id = NULL, merge_until = NULL
 WHERE bucket = $1 AND (mode = 'normal'
       OR $2 < coalesce(lost_from, CASE WHEN noticed_at IS NULL THEN (SELECT max(alive_at) FROM fence) END))
RETURNING bucket

-- recover($1 smallint bucket, $2 timestamptz lost_from): a person says that this database lost something, since then, or since its last sign of life.
-- While it recovers, an earlier time still counts: it is noticed again, and what was merged so far is merged anew
UPDATE fence SET mode = 'recovering', noticed_at = NULL, lost_from = $2, quiet_until = NULL, merge_id = NULL, merge_until = NULL
 WHERE bucket = $1 AND (mode = 'normal'
       OR $2 < coalesce(lost_from, CASE WHEN noticed_at IS NULL THEN (SELECT max(alive_at) FROM fence) END))
RETURNING bucket

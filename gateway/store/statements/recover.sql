-- recover($1 smallint bucket, $2 timestamptz lost_from): a person says that this database lost something, since then, or since its last sign of life
UPDATE fence SET mode = 'recovering', noticed_at = NULL, lost_from = $2, quiet_until = NULL, merge_id = NULL, merge_until = NULL
 WHERE bucket = $1 AND mode = 'normal'
RETURNING bucket

-- merge_done($1 smallint bucket, $2 timestamptz now): T13 ends: the dials are this database's from now on; after merge_hold
UPDATE fence SET timeline = this_timeline(), system_id = this_system(), mode = 'normal', alive_at = greatest(alive_at, $2),
       seen_timeline = NULL, seen_system = NULL, noticed_at = NULL, lost_from = NULL, quiet_until = NULL,
       merge_id = NULL, merge_until = NULL, merge_why = NULL
 WHERE bucket = $1
RETURNING bucket

-- merge_take($1 smallint bucket, $2 timestamptz now, $3 timestamptz until, $4 uuid merge): T13 begins: one worker at a time; who dies loses it with its lease
UPDATE fence SET merge_id = $4, merge_until = $3
 WHERE bucket = $1 AND mode = 'recovering' AND quiet_until <= $2 AND (merge_until IS NULL OR merge_until < $2)
   AND seen_timeline = this_timeline() AND seen_system = this_system()
RETURNING noticed_at, quiet_until, lost_from

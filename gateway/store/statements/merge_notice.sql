-- merge_notice($1 timestamptz now, $2 timestamptz quiet_until): another timeline or system than the dials were written to, or a person
-- asks for it: nothing dials before the quiet is over and the providers' lists are merged.
UPDATE fence f SET mode = 'recovering', seen_timeline = this_timeline(), seen_system = this_system(), noticed_at = $1,
       lost_from = coalesce(f.lost_from, (SELECT max(alive_at) FROM fence)),
       quiet_until = $2,
       merge_id = NULL, merge_until = NULL, merge_why = NULL
 WHERE f.bucket = ANY (ARRAY(SELECT generate_series(0, 63)::smallint)) AND CASE f.mode WHEN 'normal' THEN f.timeline <> this_timeline() OR f.system_id <> this_system()
            ELSE f.noticed_at IS NULL OR f.seen_timeline <> this_timeline() OR f.seen_system <> this_system() END
RETURNING f.bucket, f.lost_from

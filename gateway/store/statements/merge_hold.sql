-- merge_hold($1 smallint bucket, $2 uuid merge): the merge is still this worker's, in the database that it was begun in, or nothing of it happens
SELECT must((SELECT mode = 'recovering' AND merge_id = $2 AND seen_timeline = this_timeline() AND seen_system = this_system()
               FROM fence WHERE bucket = $1 FOR UPDATE), 'the merge is another''s') AS held

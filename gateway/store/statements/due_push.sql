-- due_push($1 smallint bucket, $2 uuid tenant, $3 text kind, $4 uuid id, $5 timestamptz due): plans the next try of a piece of work
UPDATE due SET due_at = $5 WHERE bucket = $1 AND tenant_id = $2 AND kind = $3 AND id = $4

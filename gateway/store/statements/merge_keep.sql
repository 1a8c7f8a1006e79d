-- merge_keep($1 smallint bucket, $2 timestamptz until, $3 uuid merge, $4 text why): still at it, or, with until near, to be begun anew; why is for people
UPDATE fence SET merge_until = $2, merge_why = $4 WHERE bucket = $1 AND mode = 'recovering' AND merge_id = $3
RETURNING bucket

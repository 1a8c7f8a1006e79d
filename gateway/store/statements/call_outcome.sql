-- call_outcome($1 smallint bucket, $2 uuid tenant, $3 uuid call, $4 text outcome): after decide_lock
UPDATE call SET outcome = $4 WHERE bucket = $1 AND tenant_id = $2 AND call_id = $3

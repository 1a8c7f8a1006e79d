-- call_outcome($1 smallint bucket, $2 uuid tenant, $3 uuid call, $4 text outcome, $5 text end_reason): after decide_lock
-- News of the call that was read before this was merged without knowing that it is decided: it is read again.
UPDATE call SET outcome = $4, end_reason = coalesce(end_reason, $5), version = version + 1 WHERE bucket = $1 AND tenant_id = $2 AND call_id = $3

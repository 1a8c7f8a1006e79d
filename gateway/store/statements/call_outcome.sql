-- call_outcome($1 smallint bucket, $2 uuid tenant, $3 uuid call, $4 text outcome, $5 text end_reason, $6 bytea detail): after decide_lock; detail: without what was said, which has been read
-- News of the call that was read before this was merged without knowing that it is decided: it is read again.
UPDATE call SET outcome = $4, end_reason = coalesce(end_reason, $5), detail = coalesce($6, detail), version = version + 1
 WHERE bucket = $1 AND tenant_id = $2 AND call_id = $3

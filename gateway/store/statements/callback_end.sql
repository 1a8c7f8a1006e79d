-- callback_end($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 text state, $5 text outcome, $6 text end_reason, $7 timestamptz now): after decide_lock
UPDATE callbacks SET state = $4, outcome = $5, end_reason = $6, ended_at = $7, lease_until = NULL
 WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 AND state NOT IN ('completed', 'cancelled', 'suppressed', 'expired')

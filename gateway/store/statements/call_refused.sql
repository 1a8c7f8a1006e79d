-- call_refused($1 smallint bucket, $2 uuid tenant, $3 uuid call, $4 timestamptz now): its callee asked not to be called again, and is suppressed: news that says so once more changes nothing; in a unit that holds the call's row
UPDATE call SET refused_at = $4 WHERE bucket = $1 AND tenant_id = $2 AND call_id = $3 AND refused_at IS NULL

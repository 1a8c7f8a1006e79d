-- follow_done($1 smallint bucket, $2 uuid tenant, $3 uuid call, $4 int version, $5 text outcome, $6 bytea detail, $7 timestamptz now): first in its unit: the call is followed, once, as it was read, or nothing happens. detail: without what was said
WITH k AS (
  UPDATE call SET followed_at = $7, outcome = coalesce($5, outcome), detail = coalesce($6, detail), version = version + 1
   WHERE bucket = $1 AND tenant_id = $2 AND call_id = $3 AND version = $4 AND followed_at IS NULL RETURNING call_id
), undue AS (
  DELETE FROM due WHERE bucket = $1 AND tenant_id = $2 AND kind = 'follow' AND id = $3
)
SELECT must(EXISTS (SELECT FROM k), 'the call has moved') AS held

-- follow_done($1 smallint bucket, $2 uuid tenant, $3 uuid call, $4 int version, $5 text outcome, $6 bytea detail, $7 timestamptz now, $8 boolean begins, $9 boolean forget): first in its unit: the call is followed, once, as it was read, or nothing happens. detail: without what was said
-- begins: the chain that bears its id; forget: by the policy nothing of it that points to a person is kept
WITH k AS (
  UPDATE call SET followed_at = $7, outcome = coalesce($5, outcome),
         detail = CASE WHEN NOT $9 THEN coalesce($6, detail) END, provider_call_id = CASE WHEN $9 THEN '' ELSE provider_call_id END,
         end_reason = CASE WHEN NOT $9 THEN end_reason END, callback_id = CASE WHEN $8 THEN $3 ELSE callback_id END, version = version + 1
   WHERE bucket = $1 AND tenant_id = $2 AND call_id = $3 AND version = $4 AND followed_at IS NULL RETURNING call_id, call_index
), y AS (
  DELETE FROM payload WHERE $9 AND bucket = $1 AND tenant_id = $2 AND call_index = (SELECT call_index FROM k)
), undue AS (
  DELETE FROM due WHERE bucket = $1 AND tenant_id = $2 AND kind = 'follow' AND id = $3
)
SELECT must(EXISTS (SELECT FROM k), 'the call has moved') AS held

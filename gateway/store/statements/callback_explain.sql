-- callback_explain($1 smallint bucket, $2 uuid tenant, $3 uuid workspace, $4 uuid id, $5 int most): the decisions about this callback's chain, the last ones, oldest first; without any one row that has none
WITH one AS (
  SELECT chain_root_id FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $4 AND ($3 IS NULL OR workspace_id = $3)
), last AS (
  SELECT d.* FROM decision d WHERE d.bucket = $1 AND d.tenant_id = $2 AND d.chain_root_id = (SELECT chain_root_id FROM one)
   ORDER BY d.decision_id DESC LIMIT $5
)
SELECT one.chain_root_id, last.decision_id, last.at, last.kind, last.verdict, last.callback_id, last.dial_id, last.record
  FROM one LEFT JOIN last ON true ORDER BY last.decision_id

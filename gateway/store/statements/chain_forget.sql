-- chain_forget($1 smallint bucket, $2 timestamptz now, $3 int most, $4 timestamptz from_created, $5 int looked_at): zeroes what points to a person in chains of minimal retention that are closed. What stays are ids, times and outcomes, the do-not-call list and the ledger of caps
-- Open chains may be many: a part of them is looked at, from those made at $4 on; next: where the next part begins, NULL if there is none.
-- A dial that a person closed keeps its callee until no call of it can last (T10b); then its row goes.
WITH seen AS MATERIALIZED (
  SELECT tenant_id, callback_id, created_at FROM callbacks
   WHERE bucket = $1 AND minimal AND forgotten_at IS NULL AND created_at > '-infinity' AND created_at >= $4 ORDER BY created_at LIMIT $5
), root AS MATERIALIZED (
  SELECT r.tenant_id, r.callback_id AS chain FROM seen s
    JOIN callbacks r ON r.bucket = $1 AND r.tenant_id = s.tenant_id AND r.callback_id = s.callback_id AND r.minimal AND r.forgotten_at IS NULL
   WHERE NOT EXISTS (SELECT FROM callbacks o WHERE o.bucket = $1 AND o.tenant_id = r.tenant_id AND o.chain_root_id = r.callback_id
                        AND o.state NOT IN ('completed', 'cancelled', 'suppressed', 'expired'))
     AND NOT EXISTS (SELECT FROM callbacks o JOIN live_dial l ON l.bucket = $1 AND l.tenant_id = o.tenant_id AND l.callback_id = o.callback_id
                      WHERE o.bucket = $1 AND o.tenant_id = r.tenant_id AND o.chain_root_id = r.callback_id AND l.state <> 'closed')
   ORDER BY s.created_at LIMIT $3 FOR UPDATE OF r SKIP LOCKED
), member AS MATERIALIZED (
  SELECT c.tenant_id, c.callback_id FROM root JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = root.tenant_id AND c.chain_root_id = root.chain
), c AS (
  UPDATE callbacks c SET payload = NULL, callee_index = NULL, callee_zones = NULL, callee_states = NULL, callee_country = NULL, zone_source = NULL,
         wall_ms = NULL, wall_zone = NULL, evidence_id = NULL, forgotten_at = $2
    FROM member m WHERE c.bucket = $1 AND c.tenant_id = m.tenant_id AND c.callback_id = m.callback_id
), k AS (
  UPDATE call k SET detail = NULL, provider_call_id = '', end_reason = NULL
    FROM member m WHERE k.bucket = $1 AND k.tenant_id = m.tenant_id AND k.callback_id = m.callback_id
), i AS (
  UPDATE intents i SET callee_index = NULL, provider_call_id = NULL
    FROM member m WHERE i.bucket = $1 AND i.tenant_id = m.tenant_id AND i.callback_id = m.callback_id
), l AS (
  UPDATE live_dial l SET provider_call_id = NULL
    FROM member m WHERE l.bucket = $1 AND l.tenant_id = m.tenant_id AND l.callback_id = m.callback_id
), y AS (
  DELETE FROM payload y USING (
    SELECT m.tenant_id, k.call_index FROM member m JOIN call k ON k.bucket = $1 AND k.tenant_id = m.tenant_id AND k.callback_id = m.callback_id) of
   WHERE y.bucket = $1 AND y.tenant_id = of.tenant_id AND y.call_index = of.call_index
), z AS (
  -- Also of a dial of which no call is known.
  DELETE FROM payload y USING (
    SELECT DISTINCT m.tenant_id, i.dial_id FROM member m JOIN intents i ON i.bucket = $1 AND i.tenant_id = m.tenant_id AND i.callback_id = m.callback_id) of
   WHERE y.bucket = $1 AND y.tenant_id = of.tenant_id AND y.dial_id = of.dial_id
), e AS (
  DELETE FROM evidence e USING root WHERE e.bucket = $1 AND e.tenant_id = root.tenant_id AND e.chain_root_id = root.chain
), d AS (
  UPDATE decision d SET record = record - 'callee' FROM root WHERE d.bucket = $1 AND d.tenant_id = root.tenant_id AND d.chain_root_id = root.chain
)
SELECT r.n AS forgotten, CASE WHEN r.n >= $3 THEN $4 WHEN s.n >= $5 THEN s.last END AS next
  FROM (SELECT count(*) AS n FROM root) r, (SELECT count(*) AS n, max(created_at) AS last FROM seen) s

-- due_claim($1 smallint bucket, $2 timestamptz now, $3 int most, $4 timestamptz claim_until, $5 timestamptz work_until): T1. Dials
-- leave due and become claimed; other work stays and is pushed to work_until, so that it comes back if its worker dies. A
-- callback whose callee is on a live dial is pushed back, never failed. Decisions touch no phone: they go on while recovering.
WITH picked AS MATERIALIZED (
  SELECT tenant_id, kind, id FROM due
   WHERE bucket = $1 AND due_at <= $2 AND (kind = 'decide' OR (SELECT fence_ok($1)))
   ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
), cb AS MATERIALIZED (
  SELECT c.tenant_id, c.callback_id, c.state,
         EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = c.tenant_id AND l.callee_index = c.callee_index) AS busy
    FROM picked p JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = p.tenant_id AND c.callback_id = p.id
   WHERE p.kind = 'dial' FOR UPDATE OF c SKIP LOCKED
), claimed AS (
  UPDATE callbacks c SET state = 'claimed', epoch = c.epoch + 1, lease_until = $4
    FROM cb WHERE c.bucket = $1 AND c.tenant_id = cb.tenant_id AND c.callback_id = cb.callback_id AND cb.state = 'scheduled' AND NOT cb.busy
  RETURNING c.tenant_id, c.callback_id, c.epoch, c.attempt, c.explicit, c.provider, c.due_at, c.workspace_id, c.agent_id
), left_due AS (
  -- Also the row of a callback that was ended while somebody gave it back.
  DELETE FROM due d USING cb WHERE d.bucket = $1 AND d.tenant_id = cb.tenant_id AND d.kind = 'dial' AND d.id = cb.callback_id
     AND (cb.state <> 'scheduled' OR NOT cb.busy)
), pushed AS (
  UPDATE due d SET due_at = CASE WHEN p.kind = 'dial' THEN $2 + interval '10 seconds' ELSE $5 END
    FROM picked p WHERE d.bucket = $1 AND d.tenant_id = p.tenant_id AND d.kind = p.kind AND d.id = p.id
     -- NOT IN is hashed; a join of what is picked with itself would not be, where plans are made for finding rows by key.
     AND (p.kind <> 'dial' OR (p.tenant_id, p.id) NOT IN
           (SELECT cb.tenant_id, cb.callback_id FROM cb WHERE cb.state <> 'scheduled' OR NOT cb.busy))
  RETURNING d.kind, d.tenant_id, d.id
)
SELECT 'dial' AS kind, c.tenant_id, c.callback_id AS id, c.epoch, c.attempt, c.explicit, c.provider, c.due_at AS asked_at,
       w.timezone, w.policy_name, w.policy AS workspace_policy, a.policy AS agent_policy
  FROM claimed c
  LEFT JOIN workspace w ON w.bucket = $1 AND w.tenant_id = c.tenant_id AND w.workspace_id = c.workspace_id
  LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = c.tenant_id AND a.agent_id = c.agent_id
 UNION ALL
SELECT kind, tenant_id, id, 0, 0, false, NULL, NULL, NULL, NULL, NULL, NULL FROM pushed WHERE kind <> 'dial'

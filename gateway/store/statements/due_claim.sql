-- due_claim($1 smallint bucket, $2 timestamptz now, $3 int most, $4 timestamptz claim_until, $5 timestamptz work_until): T1. Dials
-- leave due and become claimed; other work stays and is pushed to work_until, so that it comes back if its worker dies. A
-- callback whose callee is on a live dial is pushed back, never failed. Decisions touch no phone: they go on while recovering.
WITH picked AS MATERIALIZED (
  SELECT tenant_id, kind, id, due_at FROM due
   WHERE bucket = $1 AND due_at <= $2 AND (kind = 'decide' OR fence_ok($1))
   ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
), cb AS MATERIALIZED (
  SELECT c.tenant_id, c.callback_id, c.state,
         EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = c.tenant_id AND l.callee_index = c.callee_index) AS busy
    FROM picked p JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = p.tenant_id AND c.callback_id = p.id
   WHERE p.kind = 'dial' FOR UPDATE OF c SKIP LOCKED
), claimed AS (
  UPDATE callbacks c SET state = 'claimed', epoch = c.epoch + 1, lease_until = $4
    FROM cb WHERE c.bucket = $1 AND c.tenant_id = cb.tenant_id AND c.callback_id = cb.callback_id AND cb.state = 'scheduled' AND NOT cb.busy
  RETURNING c.*
), left_due AS (
  -- Also the row of a callback that was ended while somebody gave it back.
  DELETE FROM due d USING cb WHERE d.bucket = $1 AND d.tenant_id = cb.tenant_id AND d.kind = 'dial' AND d.id = cb.callback_id
     AND (cb.state <> 'scheduled' OR NOT cb.busy)
), pushed AS (
  UPDATE due d SET due_at = CASE WHEN p.kind = 'dial' THEN $2 + interval '10 seconds' ELSE $5 END
    FROM picked p WHERE d.bucket = $1 AND d.tenant_id = p.tenant_id AND d.kind = p.kind AND d.id = p.id
     AND NOT EXISTS (SELECT FROM cb WHERE p.kind = 'dial' AND cb.tenant_id = p.tenant_id AND cb.callback_id = p.id
                        AND (cb.state <> 'scheduled' OR NOT cb.busy))
)
SELECT p.kind, p.tenant_id, p.id, p.due_at, coalesce(c.epoch, 0) AS epoch, coalesce(c.attempt, 0) AS attempt,
       coalesce(c.explicit, false) AS explicit, c.provider, c.due_at AS asked_at, w.timezone, w.policy_name, w.policy AS workspace_policy, a.policy AS agent_policy
  FROM picked p
  LEFT JOIN claimed c ON p.kind = 'dial' AND c.tenant_id = p.tenant_id AND c.callback_id = p.id
  LEFT JOIN workspace w ON w.bucket = $1 AND w.tenant_id = c.tenant_id AND w.workspace_id = c.workspace_id
  LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = c.tenant_id AND a.agent_id = c.agent_id
 WHERE p.kind <> 'dial' OR c.callback_id IS NOT NULL

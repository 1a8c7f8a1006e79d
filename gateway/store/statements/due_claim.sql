-- due_claim($1 smallint bucket, $2 timestamptz now, $3 int most, $4 timestamptz claim_until, $5 timestamptz work_until): T1. Dials
-- leave due and become claimed; other work stays and is pushed to work_until, so that it comes back if its worker dies. A
-- callback whose callee is on a live dial is pushed back, never failed. Decisions touch no phone: they go on while recovering.
-- What is locked is written by its place (ctid), not looked up again: a row that moved between this statement's snapshot and its lock is
-- not found there, nothing happens to it, and it is still due. Of a workspace that is deleted nobody needs the policy: T2 ends its dials.
WITH work AS MATERIALIZED (
  SELECT p.*, c.place AS c_place, c.state, c.busy
    FROM (SELECT ctid AS place, tenant_id, kind, id FROM due
           WHERE bucket = $1 AND due_at > '-infinity' AND due_at <= $2 AND (kind = 'decide' OR (SELECT fence_ok($1)))
           ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) p
    LEFT JOIN LATERAL (
      SELECT ctid AS place, state,
             EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = p.tenant_id AND l.callee_index = callbacks.callee_index OFFSET 0) AS busy
        FROM callbacks WHERE bucket = $1 AND tenant_id = p.tenant_id AND callback_id = p.id AND p.kind = 'dial'
         FOR UPDATE SKIP LOCKED) c ON true
), claimed AS (
  UPDATE callbacks c SET state = 'claimed', epoch = c.epoch + 1, lease_until = $4
    FROM work w WHERE c.bucket = $1 AND c.ctid = w.c_place AND w.state = 'scheduled' AND NOT w.busy
  RETURNING c.tenant_id, c.callback_id, c.epoch, c.attempt, c.explicit, c.provider, c.due_at, c.first_due_at, c.override_key, c.callee_index,
            c.callee_zones, c.callee_states, c.callee_country, c.callee_unknown, c.zone_source, c.workspace_id, c.agent_id, w.place
), left_due AS (
  -- Also the row of a callback that was ended while somebody gave it back.
  DELETE FROM due d USING (SELECT place FROM claimed UNION ALL SELECT place FROM work WHERE state <> 'scheduled') gone
   WHERE d.bucket = $1 AND d.ctid = gone.place
), pushed AS (
  UPDATE due d SET due_at = CASE WHEN w.kind = 'dial' THEN $2 + interval '10 seconds' ELSE $5 END
    FROM work w WHERE d.bucket = $1 AND d.ctid = w.place
     AND (w.kind <> 'dial' OR w.state IS NULL OR (w.state = 'scheduled' AND w.busy))
  RETURNING d.kind, d.tenant_id, d.id
)
SELECT 'dial' AS kind, c.tenant_id, c.callback_id AS id, c.epoch, c.attempt, c.explicit, c.provider, c.due_at AS asked_at, c.first_due_at,
       c.override_key IS NOT NULL AS override, c.callee_index, c.callee_zones, c.callee_states, c.callee_country, c.callee_unknown, c.zone_source,
       w.timezone, t.plan, CASE WHEN w.deleted_at IS NULL THEN w.policy_name END AS policy_name, CASE WHEN w.deleted_at IS NULL THEN w.policy END AS workspace_policy, a.policy AS agent_policy
  FROM claimed c
  LEFT JOIN tenant t ON t.bucket = $1 AND t.tenant_id = c.tenant_id
  LEFT JOIN workspace w ON w.bucket = $1 AND w.tenant_id = c.tenant_id AND w.workspace_id = c.workspace_id
  LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = c.tenant_id AND a.agent_id = c.agent_id
 UNION ALL
SELECT kind, tenant_id, id, 0, 0, false, NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, NULL, NULL FROM pushed WHERE kind <> 'dial'

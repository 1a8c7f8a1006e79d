-- dial_intent($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 int epoch, $5 uuid dial, $6 timestamptz now, $7 timestamptz send_before, $8 timestamptz verdict_at, $9 timestamptz live_until, $10 timestamptz lease_until, $11 uuid entry, $12 int driver_per_minute, $13 int[] within_s, $14 int[] calls, $15 int gap_s, $16 boolean exempt, $17 timestamptz unexempt_at, $18 uuid decision, $19 text policy, $20 jsonb record): T2.
-- The verdict, and with it everything that it changes. Whoever finds no row was overtaken. Rows are locked in the order
-- callback, pace, customer, callee, so that two intents cannot wait for each other.
-- calls within within_s, and gap_s between two, are the caps of policy and packs, counted in `rang` behind the callee's lock (capped_until). exempt: it rings in
-- quiet hours, as its callee asked, and evidence of that must stand; else it waits until unexempt_at, or for a person if that is NULL.
-- record is the decision as it is kept if the verdict is ok; another verdict is written into it. Pace, a busy callee and a fence decide nothing about the callee.
WITH cb AS MATERIALIZED (
  SELECT * FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 AND state = 'claimed' AND epoch = $4 FOR UPDATE
), pc AS MATERIALIZED (
  SELECT p.next_at FROM pace p JOIN cb ON p.bucket = $1 AND p.tenant_id = $2 AND p.workspace_id = cb.workspace_id FOR UPDATE OF p
), cu AS MATERIALIZED (
  SELECT u.customer_id, u.balance FROM customer u JOIN cb ON u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = cb.customer_id
   WHERE EXISTS (SELECT FROM pc) OR NOT EXISTS (SELECT FROM pc) FOR UPDATE OF u
), ctx AS MATERIALIZED (
  SELECT cb.*, w.name AS workspace_name, w.settings AS workspace_settings, w.secrets AS workspace_secrets, w.variable_prefix,
         w.paused_reason, w.timezone, n.detail AS number_detail, n.e164 AS number_e164, n.voice, n.sms,
         a.provider_agent_id, a.settings AS agent_settings, a.secrets AS agent_secrets, t.keys, s.slug_id, s.token AS slug_token,
         t.deleted_at IS NULL AND w.deleted_at IS NULL AND n.deleted_at IS NULL AND t.keys IS NOT NULL AS there,
         n.outbound, coalesce(a.enabled, true) AS agent_enabled,
         coalesce(60.0 / nullif(coalesce(w.dials_per_minute, $12), 0), 0) AS gap_s,
         (SELECT balance FROM cu) AS balance, (SELECT next_at FROM pc) AS next_at
    FROM cb JOIN tenant t ON t.bucket = $1 AND t.tenant_id = $2
    JOIN workspace w ON w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = cb.workspace_id
    JOIN number n ON n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = cb.number_id
    LEFT JOIN agent a ON a.bucket = $1 AND a.tenant_id = $2 AND a.agent_id = cb.agent_id
    -- the agent's own webhook URL, if it was ever asked for, else the workspace's
    LEFT JOIN LATERAL (
      SELECT g.slug_id, g.token FROM slug g
       WHERE g.bucket = $1 AND g.tenant_id = $2 AND g.workspace_id = cb.workspace_id AND (g.agent_id IS NULL OR g.agent_id = cb.agent_id)
         AND g.retire_at IS NULL ORDER BY g.agent_id NULLS LAST LIMIT 1) s ON true
), cap AS MATERIALIZED (
  -- Not looked at before all that comes first in `judged` is passed, and then all locks are held.
  SELECT capped_until($1, $2, callee_index, $6, $13, $14, $15) AS at FROM cb
), judged AS MATERIALIZED (
  SELECT CASE
    WHEN NOT fence_ok($1) THEN 'recovering'
    WHEN cancel_requested_at IS NOT NULL THEN 'cancelled'
    WHEN suppressed($1, $2, workspace_id, callee_index, $6) THEN 'suppressed'
    WHEN NOT there THEN 'number_gone'
    WHEN NOT outbound THEN 'outbound_disabled'
    WHEN NOT agent_enabled THEN 'agent_disabled'
    WHEN paused_reason IS NOT NULL THEN 'workspace_paused'
    WHEN customer_id IS NOT NULL AND coalesce(balance, 0) < 1 THEN 'no_credits'
    WHEN $16 AND NOT EXISTS (SELECT FROM evidence e WHERE e.bucket = $1 AND e.tenant_id = $2
                                 AND e.evidence_id = ctx.evidence_id AND e.expires_at > $6) THEN 'no_evidence'
    WHEN (SELECT at FROM cap) IS NOT NULL THEN 'capped'
    WHEN gap_s > 0 AND (slot_at IS NULL OR slot_at > $6) AND next_at > $6 THEN 'pace'
    ELSE 'ok' END AS verdict, ctx.* FROM ctx
), live AS (
  INSERT INTO live_dial (bucket, tenant_id, dial_id, callback_id, attempt, state, workspace_id, customer_id, provider, callee_index,
                         send_before, verdict_at, live_until, lease_until, created_at)
  SELECT $1, $2, $5, $3, attempt, 'intent', workspace_id, customer_id, provider, callee_index, $7, $8, $9, $10, $6
    FROM judged WHERE verdict = 'ok'
  ON CONFLICT DO NOTHING RETURNING dial_id
), v AS MATERIALIZED (
  SELECT CASE WHEN verdict = 'ok' AND NOT EXISTS (SELECT FROM live) THEN 'callee_busy' ELSE verdict END AS verdict,
         greatest(coalesce(next_at, $6), $6) AS slot
    FROM judged
), again AS MATERIALIZED (
  SELECT CASE verdict WHEN 'pace' THEN slot WHEN 'capped' THEN (SELECT at FROM cap) WHEN 'no_evidence' THEN $17 WHEN 'callee_busy' THEN $6 + interval '10 seconds'
                      WHEN 'recovering' THEN $6 + interval '10 seconds' WHEN 'workspace_paused' THEN $6 + interval '5 minutes' END AS at
    FROM v
), logged AS (
  INSERT INTO intents (bucket, tenant_id, dial_id, at, state, callback_id, attempt, workspace_id, customer_id, provider, callee_index,
                       send_before, verdict_at, live_until)
  SELECT $1, $2, $5, $6, 'intent', $3, attempt, workspace_id, customer_id, provider, callee_index, $7, $8, $9
    FROM ctx WHERE EXISTS (SELECT FROM live)
), rings AS (
  INSERT INTO rang (bucket, tenant_id, callee_index, at, ref) SELECT $1, $2, callee_index, $6, $5 FROM ctx WHERE EXISTS (SELECT FROM live)
), decided AS (
  INSERT INTO decision (bucket, tenant_id, decision_id, at, kind, verdict, callback_id, chain_root_id, dial_id, workspace_id, agent_id, policy, record)
  SELECT $1, $2, $18, $6, 'admit', v.verdict, $3, ctx.chain_root_id, CASE WHEN v.verdict = 'ok' THEN $5 END, ctx.workspace_id, ctx.agent_id, $19,
         CASE WHEN v.verdict = 'ok' AND ctx.override_key IS NOT NULL THEN $20 || jsonb_build_object('override_key', ctx.override_key)
              WHEN v.verdict = 'ok' THEN $20 ELSE $20 || jsonb_build_object('verdict', v.verdict, 'next', utc(again.at)) END
    FROM ctx, v, again WHERE v.verdict NOT IN ('recovering', 'workspace_paused', 'pace', 'callee_busy')
), reserved AS (
  INSERT INTO ledger (bucket, tenant_id, entry_id, customer_id, kind, amount, dial_id, created_at)
  SELECT $1, $2, $11, customer_id, 'reserve', -1, $5, $6 FROM cu WHERE EXISTS (SELECT FROM live)
), paid AS (
  UPDATE customer u SET balance = u.balance - 1 FROM cu
   WHERE u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = cu.customer_id AND EXISTS (SELECT FROM live)
), paced AS (
  INSERT INTO pace (bucket, tenant_id, workspace_id, next_at)
  SELECT $1, $2, ctx.workspace_id, v.slot + make_interval(secs => ctx.gap_s) FROM ctx, v
   WHERE ctx.gap_s > 0 AND (v.verdict = 'pace' OR (v.verdict = 'ok' AND ctx.slot_at IS NULL))
  ON CONFLICT (bucket, tenant_id, workspace_id) DO UPDATE SET next_at = greatest(excluded.next_at, pace.next_at)
), moved AS (
  UPDATE callbacks c SET
    state = CASE WHEN v.verdict = 'ok' THEN 'dialling' WHEN again.at IS NOT NULL THEN 'scheduled'
                 WHEN v.verdict = 'no_evidence' THEN 'held' WHEN v.verdict = 'suppressed' THEN 'suppressed' WHEN v.verdict = 'no_credits' THEN 'expired' ELSE 'cancelled' END,
    last_dial = CASE WHEN v.verdict = 'ok' THEN $5 ELSE c.last_dial END,
    slot_at = CASE WHEN v.verdict = 'pace' THEN v.slot ELSE NULL END,
    epoch = c.epoch + CASE WHEN v.verdict = 'ok' THEN 0 ELSE 1 END,
    due_at = coalesce(again.at, c.due_at), lease_until = NULL,
    first_due_at = CASE WHEN again.at IS NOT NULL THEN coalesce(c.first_due_at, c.due_at) ELSE c.first_due_at END,
    explicit = c.explicit AND v.verdict <> 'no_evidence',
    ended_at = CASE WHEN v.verdict IN ('ok', 'no_evidence') OR again.at IS NOT NULL THEN NULL ELSE $6 END,
    end_reason = CASE WHEN v.verdict = 'ok' OR again.at IS NOT NULL THEN NULL ELSE v.verdict END
    FROM v, again WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callback_id = $3 AND EXISTS (SELECT FROM cb)
  RETURNING c.epoch, c.due_at
), due_again AS (
  INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch)
  SELECT $1, $2, 'dial', $3, moved.due_at, moved.epoch FROM moved, again WHERE again.at IS NOT NULL
  ON CONFLICT (bucket, tenant_id, kind, id) DO UPDATE SET due_at = excluded.due_at, epoch = excluded.epoch
)
SELECT v.verdict, again.at AS again_at, ctx.* FROM v, again, ctx

-- sweep_dials($1 smallint bucket, $2 timestamptz now): T4, dials past their lease: what was not marked sent goes back, the rest is ambiguous
SELECT tenant_id, dial_id, state, send_before, verdict_at FROM live_dial
 WHERE bucket = $1 AND lease_until < $2 AND state IN ('intent', 'sent') AND fence_ok($1) LIMIT 100

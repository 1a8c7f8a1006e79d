-- decide_lock($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 uuid callback, $5 int epoch, $6 text state, $7 boolean cancelled, $8 uuid call, $9 int call_version): holds what was read, or nothing of the decision happens
SELECT must((SELECT state = 'ended' FROM live_dial WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3 FOR UPDATE), 'the dial is decided')
   AND must((SELECT epoch = $5 AND state = $6 AND (cancel_requested_at IS NOT NULL) = $7
               FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $4 FOR UPDATE), 'the callback has moved')
   AND must($8 IS NOT NULL OR NOT EXISTS (SELECT FROM call k JOIN live_dial l ON l.bucket = $1 AND l.tenant_id = $2 AND l.dial_id = $3
              WHERE k.bucket = $1 AND k.tenant_id = $2 AND k.callback_id = $4 AND k.dial_id = $3 AND k.workspace_id = l.workspace_id
                AND (l.provider_call_id IS NULL OR k.provider_call_id = l.provider_call_id)), 'the call has come')
   AND must($8 IS NULL OR (SELECT version = $9 FROM call WHERE bucket = $1 AND tenant_id = $2 AND call_id = $8 FOR UPDATE), 'the call has moved')
   AS held

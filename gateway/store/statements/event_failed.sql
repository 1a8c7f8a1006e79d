-- event_failed($1 smallint bucket, $2 uuid tenant, $3 date day, $4 uuid event, $5 text error, $6 timestamptz again): the fifth failure makes it dead: visible, replayable, in nobody's way
UPDATE inbox SET tries = tries + 1, state = CASE WHEN tries >= 4 THEN 'dead' ELSE 'pending' END, error = $5, lease_until = $6
 WHERE bucket = $1 AND tenant_id = $2 AND day = $3 AND event_id = $4 AND state = 'pending' RETURNING state

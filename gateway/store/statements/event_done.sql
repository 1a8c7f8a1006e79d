-- event_done($1 smallint bucket, $2 uuid tenant, $3 date day, $4 uuid event): after event_lock
UPDATE inbox SET state = 'processed', error = NULL WHERE bucket = $1 AND tenant_id = $2 AND day = $3 AND event_id = $4

-- event_lock($1 smallint bucket, $2 uuid tenant, $3 date day, $4 uuid event, $5 bytea call_index, $6 int call_version): the event is still to do and its call as it was read (version 0: there was none), or nothing happens
SELECT must((SELECT state = 'pending' FROM inbox WHERE bucket = $1 AND tenant_id = $2 AND day = $3 AND event_id = $4 FOR UPDATE), 'the event is processed')
   AND must($5 IS NULL OR coalesce((SELECT version FROM call WHERE bucket = $1 AND tenant_id = $2 AND call_index = $5 FOR UPDATE), 0) = $6, 'the call has moved')
   AS held

-- callee_lock($1 uuid tenant, $2 bytea callee_index): orders for one callee one after the other, until this unit ends
SELECT pg_advisory_xact_lock(hashtextextended(encode(uuid_send($1) || $2, 'hex'), 0))

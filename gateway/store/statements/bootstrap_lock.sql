-- bootstrap_lock(): holds everybody else's bootstrap off until the transaction ends. A statement of its own: the next one's snapshot must be younger than the lock
SELECT pg_advisory_xact_lock(8316291773046257516)

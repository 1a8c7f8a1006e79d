-- callee_free($1 smallint bucket, $2 uuid tenant, $3 bytea callee_index): nobody is calling, or about to call, this callee; after callee_lock
SELECT must(NOT EXISTS (SELECT FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.callee_index = $3
                           AND (c.state = 'claimed' OR (c.state = 'scheduled' AND c.slot_at IS NOT NULL)))
        AND NOT EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.callee_index = $3),
            'the callee is busy') AS free

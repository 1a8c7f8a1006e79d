-- balance($1 smallint bucket): the sweeper's proof: a callback is scheduled and due, claimed, on a live dial, parked, or at its end
SELECT (SELECT count(*) FROM callbacks c WHERE c.bucket = $1 AND (
          (c.state = 'scheduled' AND NOT EXISTS (SELECT FROM due d WHERE d.bucket = $1 AND d.tenant_id = c.tenant_id AND d.kind = 'dial' AND d.id = c.callback_id))
       OR (c.state IN ('dialling', 'parked') AND NOT EXISTS (SELECT FROM live_dial l WHERE l.bucket = $1 AND l.tenant_id = c.tenant_id AND l.callback_id = c.callback_id))))::int
     + (SELECT count(*) FROM due d WHERE d.bucket = $1 AND d.kind = 'dial' AND NOT EXISTS (
          SELECT FROM callbacks c WHERE c.bucket = $1 AND c.tenant_id = d.tenant_id AND c.callback_id = d.id AND c.state = 'scheduled'))::int AS callbacks,
       (SELECT count(*) FROM customer u WHERE u.bucket = $1 AND u.balance <> coalesce((SELECT sum(amount) FROM ledger e
          WHERE e.bucket = $1 AND e.tenant_id = u.tenant_id AND e.customer_id = u.customer_id), 0))::int AS ledgers

-- credit_list($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 int page_limit, $5 uuid page_cursor): balance and ledger of a customer, newest entry first
SELECT jsonb_build_object('balance', c.balance, 'data', coalesce((
         SELECT jsonb_agg(document(x.l) ORDER BY x.entry_id DESC) FROM (
           SELECT l, l.entry_id FROM ledger l
            WHERE l.bucket = $1 AND l.tenant_id = $2 AND l.customer_id = $3 AND ($5::uuid IS NULL OR l.entry_id < $5)
            ORDER BY l.entry_id DESC LIMIT $4 + 1) x), '[]')) AS answer
  FROM customer c WHERE c.bucket = $1 AND c.tenant_id = $2 AND c.customer_id = $3 AND c.deleted_at IS NULL

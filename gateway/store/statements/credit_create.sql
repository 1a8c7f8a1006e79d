-- credit_create($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 jsonb body, $5 uuid new_id, $6 uuid new_id2, $7 timestamptz now): grants credits, or takes some away, but not more than there are
WITH c AS MATERIALIZED (
  SELECT name, balance, ($4->>'amount')::integer AS amount FROM customer
   WHERE bucket = $1 AND tenant_id = $2 AND customer_id = $3 AND deleted_at IS NULL FOR UPDATE
), judged AS MATERIALIZED (
  SELECT c.*, CASE WHEN amount = 0 OR balance::bigint + amount > 1000000000 THEN 'invalid' WHEN amount < 0 AND balance + amount < 0 THEN 'conflict' END AS problem FROM c
), entry AS (
  INSERT INTO ledger AS l (bucket, tenant_id, entry_id, customer_id, kind, amount, note, created_at)
  SELECT $1, $2, $5, $3, CASE WHEN amount > 0 THEN 'grant' ELSE 'adjust' END, amount, $4->>'note', $7 FROM judged WHERE problem IS NULL
  RETURNING document(l) AS doc
), moved AS (
  UPDATE customer u SET balance = u.balance + j.amount FROM judged j
   WHERE u.bucket = $1 AND u.tenant_id = $2 AND u.customer_id = $3 AND j.problem IS NULL RETURNING u.balance
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, customer_id)
  SELECT $1, $2, $6, $7, CASE WHEN amount > 0 THEN 'credits_granted' ELSE 'credits_adjusted' END,
         format('%s credits %s %s, balance %s', abs(amount), CASE WHEN amount > 0 THEN 'for' ELSE 'taken from' END, name, moved.balance), $3
    FROM judged, moved
)
SELECT (SELECT entry.doc || jsonb_build_object('balance', moved.balance) FROM entry, moved) AS answer, problem,
       CASE problem WHEN 'invalid' THEN 'not 0, and a balance of at most 1000000000' WHEN 'conflict' THEN format('there are %s credits', balance) END AS detail,
       CASE problem WHEN 'invalid' THEN '/amount' END AS pointer
  FROM judged

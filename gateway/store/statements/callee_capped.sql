-- callee_capped($1 smallint bucket, $2 uuid tenant, $3 bytea callee_index, $4 timestamptz moment, $5 int[] within_s, $6 int[] calls, $7 int gap_s): until when caps would forbid a call to this callee at that moment, by the calls there were so far; null: they would not
SELECT capped_until($1, $2, $3, $4, $5, $6, $7) AS until

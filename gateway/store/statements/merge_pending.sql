-- merge_pending($1 smallint bucket, $2 timestamptz received): accounts with news of until then that is neither processed nor dead
SELECT DISTINCT workspace_id FROM inbox WHERE bucket = $1 AND state = 'pending' AND lease_until > '-infinity' AND received_at <= $2

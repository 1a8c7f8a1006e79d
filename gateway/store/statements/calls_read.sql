-- calls_read($1 smallint[] buckets, $2 uuid[] tenants, $3 bytea[] call_indexes): what is known of the calls of events that are in memory; n: the place in the arrays
SELECT u.n::int AS n, k.call_id, k.version AS call_version, k.detail AS call_detail, k.dial_id AS call_dial_id, k.outcome AS call_outcome, k.followed_at IS NOT NULL AS call_followed,
       k.refused_at IS NOT NULL AS call_refused
  FROM unnest($1, $2, $3) WITH ORDINALITY AS u(b, t, c, n)
 CROSS JOIN LATERAL (SELECT * FROM call x WHERE x.bucket = u.b AND x.tenant_id = u.t AND x.call_index = u.c LIMIT 1) k

-- purge($1 smallint bucket, $2 timestamptz now, $3 timestamptz activity_before, $4 timestamptz decisions_before, $5 timestamptz rang_before, $6 int most): what is past keeping, a few rows of each kind; says whether there is more
WITH a AS (
  DELETE FROM activity x USING (
    SELECT o.tenant_id, o.activity_id FROM tenant t CROSS JOIN LATERAL (
      SELECT tenant_id, activity_id FROM activity WHERE bucket = $1 AND tenant_id = t.tenant_id AND activity_id < id_floor($3) ORDER BY activity_id LIMIT $6) o
     WHERE t.bucket = $1 LIMIT $6) old
   WHERE x.bucket = $1 AND x.tenant_id = old.tenant_id AND x.activity_id = old.activity_id RETURNING 1
), d AS (
  DELETE FROM decision x USING (
    SELECT o.tenant_id, o.decision_id FROM tenant t CROSS JOIN LATERAL (
      SELECT tenant_id, decision_id FROM decision WHERE bucket = $1 AND tenant_id = t.tenant_id AND decision_id < id_floor($4) ORDER BY decision_id LIMIT $6) o
     WHERE t.bucket = $1 LIMIT $6) old
   WHERE x.bucket = $1 AND x.tenant_id = old.tenant_id AND x.decision_id = old.decision_id RETURNING 1
), r AS (
  DELETE FROM rang WHERE bucket = $1 AND ctid IN (
    SELECT ctid FROM rang WHERE bucket = $1 AND at > '-infinity' AND at < $5 ORDER BY at LIMIT $6) RETURNING 1
), e AS (
  DELETE FROM evidence WHERE bucket = $1 AND ctid IN (
    SELECT ctid FROM evidence WHERE bucket = $1 AND expires_at > '-infinity' AND expires_at <= $2 ORDER BY expires_at LIMIT $6) RETURNING 1
), s AS (
  -- Said again: a term that somebody makes longer at this very moment holds (what was waited for is looked at anew).
  DELETE FROM suppression WHERE bucket = $1 AND ctid IN (
    SELECT ctid FROM suppression WHERE bucket = $1 AND expires_at IS NOT NULL AND expires_at <= $2 ORDER BY expires_at LIMIT $6) AND expires_at <= $2 RETURNING 1
), i AS (
  DELETE FROM idempotency WHERE bucket = $1 AND ctid IN (
    SELECT ctid FROM idempotency WHERE bucket = $1 AND expires_at > '-infinity' AND expires_at <= $2 ORDER BY expires_at LIMIT $6) RETURNING 1
), p AS (
  DELETE FROM payload WHERE bucket = $1 AND ctid IN (
    SELECT ctid FROM payload WHERE bucket = $1 AND expires_at < 'infinity' AND expires_at <= $2 ORDER BY expires_at LIMIT $6) RETURNING 1
), n AS (
  SELECT (SELECT count(*) FROM a) AS a, (SELECT count(*) FROM d) AS d, (SELECT count(*) FROM r) AS r, (SELECT count(*) FROM e) AS e,
         (SELECT count(*) FROM s) AS s, (SELECT count(*) FROM i) AS i, (SELECT count(*) FROM p) AS p
)
SELECT a + d + r + e + s + i + p AS gone, greatest(a, d, r, e, s, i, p) >= $6 AS more FROM n

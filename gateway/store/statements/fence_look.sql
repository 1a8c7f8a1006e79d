-- fence_look($1 timestamptz now): is it the database that the dials were written to? alive_at: the newest sign of life in it; system: what it is.
-- unnoticed: it is not, and nobody has begun to recover. ready: a bit for each bucket whose quiet is over and that nobody merges
WITH here AS MATERIALIZED (SELECT this_timeline() AS timeline, this_system() AS system)
SELECT max(f.alive_at) AS alive_at, max(h.system) AS system,
       bool_or(CASE f.mode WHEN 'normal' THEN f.timeline <> h.timeline OR f.system_id <> h.system
                    ELSE f.noticed_at IS NULL OR f.seen_timeline <> h.timeline OR f.seen_system <> h.system END) AS unnoticed,
       count(*) FILTER (WHERE f.mode = 'recovering')::int AS recovering,
       coalesce(bit_or(1::bigint << f.bucket) FILTER (WHERE f.mode = 'recovering' AND f.seen_timeline = h.timeline AND f.seen_system = h.system
                  AND f.quiet_until <= $1 AND (f.merge_until IS NULL OR f.merge_until < $1)), 0) AS ready,
       min(f.quiet_until) FILTER (WHERE f.mode = 'recovering' AND f.quiet_until > $1) AS quiet_until
  FROM fence f, here h

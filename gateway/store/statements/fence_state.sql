-- fence_state(): does the database still have the timeline that the dials were written to, in every bucket, and the program's schema?
SELECT count(*) FILTER (WHERE NOT fence_ok(bucket))::int AS recovering,
       (SELECT max(version)::int FROM schema_version) AS schema
  FROM fence

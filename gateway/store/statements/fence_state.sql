-- fence_state(): does the database still have the timeline that the dials were written to, in every bucket?
SELECT count(*) FILTER (WHERE NOT fence_ok(bucket))::int AS recovering FROM fence

-- fence_state(): does the database still have the timeline that the dials were written to, in every bucket, and the program's schema? Does a synchronous standby hold what is acknowledged?
SELECT count(*) FILTER (WHERE NOT fence_ok(bucket))::int AS recovering,
       utc(min(lost_from)) AS lost_from,
       utc(max(noticed_at)) AS noticed_at,
       utc(max(quiet_until)) AS quiet_until, max(merge_why) AS merge_why,
       current_setting('synchronous_standby_names') AS standby_names, current_setting('synchronous_commit') AS commit_waits,
       standbys_connected() AS standbys,
       (SELECT max(version)::int FROM schema_version) AS schema
  FROM fence

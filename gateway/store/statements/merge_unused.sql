-- merge_unused($1 timestamptz now): after merge_notice: buckets without workspaces have nobody to dial and nobody to ask: they wait for nothing
UPDATE fence f SET timeline = seen_timeline, system_id = seen_system, mode = 'normal', alive_at = greatest(alive_at, $1), seen_timeline = NULL,
       seen_system = NULL, noticed_at = NULL, lost_from = NULL, quiet_until = NULL
 WHERE mode = 'recovering' AND noticed_at = $1 AND NOT EXISTS (SELECT FROM workspace w WHERE w.bucket = f.bucket)

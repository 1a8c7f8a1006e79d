-- agent_sync($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 uuid[] new_ids, $5 text[] provider_ids, $6 text[] names, $7 text[] channels, $8 text[] versions, $9 timestamptz now, $10 uuid activity, $11 jsonb dropped): the whole roster of a workspace; what is missing from it is marked, not dropped
WITH given AS MATERIALIZED (
  SELECT DISTINCT ON (g.provider_id) g.* FROM unnest($4, $5, $6, $7, $8) AS g (agent_id, provider_id, name, channel, version) ORDER BY g.provider_id
), put AS (
  INSERT INTO agent AS a (bucket, tenant_id, agent_id, workspace_id, provider_agent_id, name, channel, provider_version, synced_at, created_at)
  SELECT $1, $2, g.agent_id, $3, g.provider_id, g.name, g.channel, g.version, $9, $9 FROM given g
  ON CONFLICT (bucket, tenant_id, workspace_id, provider_agent_id) DO UPDATE
    SET name = excluded.name, channel = excluded.channel, provider_version = excluded.provider_version, synced_at = $9, missing_at = NULL,
        version = a.version + CASE WHEN (a.name, a.channel, a.provider_version) IS DISTINCT FROM (excluded.name, excluded.channel, excluded.provider_version) THEN 1 ELSE 0 END
  RETURNING a.agent_id
), gone AS (
  UPDATE agent a SET missing_at = $9, version = a.version + 1
   WHERE a.bucket = $1 AND a.tenant_id = $2 AND a.workspace_id = $3 AND a.missing_at IS NULL AND a.provider_agent_id IS NOT NULL
     AND NOT EXISTS (SELECT FROM given g WHERE g.provider_id = a.provider_agent_id) RETURNING a.agent_id
), counted AS (
  SELECT count(*) AS total, count(*) FILTER (WHERE agent_id = ANY ($4)) AS added, (SELECT count(*) FROM gone) AS missing FROM put
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id)
  SELECT $1, $2, $10, $9, 'agents_synced',
         format('%s agents of %s synced into workspace %s: %s new, %s missing', c.total, w.provider, w.name, c.added, c.missing), $3
    FROM counted c, workspace w WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $3
)
SELECT jsonb_build_object('total', total, 'added', added, 'missing', missing, 'dropped', $11) AS answer, $1::text || ':' || $3::text AS changed FROM counted

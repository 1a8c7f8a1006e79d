-- tenant_patch($1 smallint bucket, $2 uuid tenant, $3 text plan, $4 timestamptz now, $5 uuid activity, $6 int ceiling, $7 boolean agents): another plan. Nothing that anybody said is changed: clamped counts what says more than it lets hold
WITH old AS MATERIALIZED (
  SELECT plan FROM tenant WHERE bucket = $1 AND tenant_id = $2 FOR UPDATE
), done AS (
  UPDATE tenant t SET plan = $3 FROM old WHERE t.bucket = $1 AND t.tenant_id = $2 RETURNING t.tenant_id, t.name, t.plan, t.created_at, old.plan AS before
), told AS (
  SELECT pg_notify('switchhook_changed', $1::text || ':' || workspace_id::text) FROM workspace WHERE bucket = $1 AND tenant_id = $2 AND deleted_at IS NULL
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text)
  SELECT $1, $2, $5, $4, 'plan_changed', format('plan changed from %s to %s', before, $3) FROM done WHERE before <> $3
)
SELECT jsonb_build_object('id', tenant_id, 'name', name, 'plan', plan, 'created_at', utc(created_at), 'clamped', jsonb_build_object(
         'workspaces', (SELECT count(*) FROM workspace WHERE bucket = $1 AND tenant_id = $2 AND deleted_at IS NULL AND (policy->>'max_attempts')::int > $6),
         'agents', (SELECT count(*) FROM agent WHERE bucket = $1 AND tenant_id = $2 AND deleted_at IS NULL
                       AND ((NOT $7 AND policy <> '{}') OR (policy->>'max_attempts')::int > $6)))) AS answer,
       plan, (SELECT count(*) FROM told) AS told
  FROM done

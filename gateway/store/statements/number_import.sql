-- number_import($1 smallint bucket, $2 uuid tenant, $3 uuid id, $4 uuid[] ids, $5 bytea[] e164, $6 bytea[] e164_index, $7 bytea[] provider_index, $8 bytea[] detail, $9 boolean[] voice, $10 boolean[] sms, $11 timestamptz now, $12 uuid activity): what the provider says of a number, beside what was decided here
WITH given AS MATERIALIZED (
  SELECT * FROM unnest($4, $5, $6, $7, $8, $9, $10) AS g (number_id, e164, e164_index, provider_index, detail, voice, sms)
), known AS MATERIALIZED (
  SELECT n.number_id, n.deleted_at IS NOT NULL AS deleted FROM number n JOIN given g ON n.number_id = g.number_id WHERE n.bucket = $1 AND n.tenant_id = $2
), again AS (
  UPDATE number n SET e164 = g.e164, e164_index = g.e164_index, detail = g.detail, voice = g.voice, sms = g.sms, deleted_at = NULL
    FROM given g WHERE n.bucket = $1 AND n.tenant_id = $2 AND n.number_id = g.number_id AND n.workspace_id = $3
), fresh AS (
  INSERT INTO number (bucket, tenant_id, number_id, workspace_id, e164, e164_index, provider_index, detail, voice, sms, imported_at)
  SELECT $1, $2, g.number_id, $3, g.e164, g.e164_index, g.provider_index, g.detail, g.voice, g.sms, $11 FROM given g
   WHERE NOT EXISTS (SELECT FROM known k WHERE k.number_id = g.number_id)
  ON CONFLICT (bucket, tenant_id, workspace_id, provider_index) DO NOTHING RETURNING number_id
), counted AS (
  SELECT (SELECT count(*) FROM fresh) + (SELECT count(*) FROM known WHERE deleted) AS imported, (SELECT count(*) FROM known WHERE NOT deleted) AS known
), said AS (
  INSERT INTO activity (bucket, tenant_id, activity_id, at, kind, text, workspace_id)
  SELECT $1, $2, $12, $11, 'numbers_imported',
         format('%s %s imported from %s into workspace %s%s', c.imported, CASE c.imported WHEN 1 THEN 'number' ELSE 'numbers' END, w.provider, w.name,
                CASE WHEN c.known > 0 THEN format(', %s known already', c.known) ELSE '' END), $3
    FROM counted c, workspace w WHERE w.bucket = $1 AND w.tenant_id = $2 AND w.workspace_id = $3 AND c.imported > 0
)
SELECT imported, known FROM counted

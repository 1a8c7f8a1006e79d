-- dials_known($1 smallint bucket, $2 uuid tenant, $3 uuid[] dials, $4 uuid workspace): is any of them one of ours? What is told of those is taken even where their agent or workspace was deleted since
SELECT EXISTS (SELECT FROM intents WHERE bucket = $1 AND tenant_id = $2 AND dial_id = ANY ($3) AND workspace_id = $4) AS known

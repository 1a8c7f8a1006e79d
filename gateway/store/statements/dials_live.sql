-- dials_live($1 smallint bucket, $2 uuid tenant, $3 uuid[] dials, $4 timestamptz now, $5 uuid workspace): is any of them still live, or not to be ruled out? Its events are taken even of a disabled agent
SELECT EXISTS (SELECT FROM live_dial WHERE bucket = $1 AND tenant_id = $2 AND dial_id = ANY ($3) AND workspace_id = $5)
    OR EXISTS (SELECT FROM intents WHERE bucket = $1 AND tenant_id = $2 AND dial_id = ANY ($3) AND workspace_id = $5 AND state = 'not_placed' AND live_until > $4) AS live

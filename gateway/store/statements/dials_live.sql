-- dials_live($1 smallint bucket, $2 uuid tenant, $3 uuid[] dials): is any of them still live? Its events are taken even of a disabled agent
SELECT EXISTS (SELECT FROM live_dial WHERE bucket = $1 AND tenant_id = $2 AND dial_id = ANY ($3)) AS live

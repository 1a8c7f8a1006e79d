-- look_count($1 smallint bucket, $2 uuid tenant, $3 uuid dial): one look more
UPDATE live_dial SET looks = looks + 1 WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3

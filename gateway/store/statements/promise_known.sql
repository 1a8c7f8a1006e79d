-- promise_known($1 smallint bucket, $2 uuid tenant, $3 uuid callback, $4 int epoch, $5 text version): by this zone data, too, its instant is what was promised
UPDATE callbacks SET zone_data = $5
 WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $3 AND state IN ('scheduled', 'held') AND epoch = $4

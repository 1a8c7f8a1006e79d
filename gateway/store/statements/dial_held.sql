-- dial_held($1 smallint bucket, $2 uuid tenant, $3 uuid dial): dial_lock and dial_revive of a dial that was seen in live_dial: it still is, and there is nothing to revive; or nothing happens, read again
SELECT must((SELECT true FROM live_dial WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3 FOR UPDATE), 'the dial has left live_dial') AS held

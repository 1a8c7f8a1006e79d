-- dial_free($1 smallint bucket, $2 timestamptz now): T10b. No call lasts beyond live_until: its callee may be called again
UPDATE live_dial SET callee_index = NULL
 WHERE bucket = $1 AND state IN ('parked', 'closed') AND live_until < $2 AND callee_index IS NOT NULL

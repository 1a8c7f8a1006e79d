-- dial_free($1 smallint bucket, $2 timestamptz now): T10b. No call lasts beyond live_until: its callee may be called again, and what a person has closed leaves live_dial. Late news finds it in the log (dial_revive).
WITH gone AS (
  DELETE FROM live_dial WHERE bucket = $1 AND state = 'closed' AND live_until < $2
)
UPDATE live_dial SET callee_index = NULL
 WHERE bucket = $1 AND state = 'parked' AND live_until < $2 AND callee_index IS NOT NULL

-- dial_adopted($1 smallint bucket, $2 uuid tenant, $3 uuid dial, $4 uuid callback, $5 uuid workspace, $6 int attempt): after dial_adopt: the dial has its row now, or is none of ours; else nothing happens, and the news of it comes again once the dial in its way is decided
SELECT later(EXISTS (SELECT FROM callbacks WHERE bucket = $1 AND tenant_id = $2 AND callback_id = $4 AND workspace_id = $5 AND attempt = $6)
         AND NOT EXISTS (SELECT FROM intents WHERE bucket = $1 AND tenant_id = $2 AND dial_id = $3), 'another dial of its callback is decided first') AS held

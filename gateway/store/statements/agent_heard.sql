-- agent_heard($1 smallint bucket, $2 uuid tenant, $3 uuid agent, $4 timestamptz now): a valid delivery came for it
UPDATE agent SET verification_status = 'verified', last_delivery_at = $4
 WHERE bucket = $1 AND tenant_id = $2 AND agent_id = $3
   AND (verification_status <> 'verified' OR last_delivery_at IS NULL OR last_delivery_at < $4 - interval '1 minute')

-- due_drop($1 smallint bucket, $2 uuid tenant, $3 text kind, $4 uuid id): the work has no object any more
DELETE FROM due WHERE bucket = $1 AND tenant_id = $2 AND kind = $3 AND id = $4

-- key_sample(): one tenant's keys, to try whether the key file opens them; in ingest's or engine's role, which see all tenants
SELECT tenant_id, keys FROM tenant WHERE keys IS NOT NULL ORDER BY bucket, tenant_id LIMIT 1

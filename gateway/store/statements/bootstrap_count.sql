-- bootstrap_count(): how many tenants there are; in ingest's role, which sees all of them
SELECT count(*) AS tenants FROM tenant

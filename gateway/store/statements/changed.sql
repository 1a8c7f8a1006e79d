-- changed($1 text what): tells every worker to forget what it remembers of this workspace
SELECT pg_notify('switchhook_changed', $1)

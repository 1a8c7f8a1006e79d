-- due_orphans($1 smallint bucket): rows of callbacks that were ended while somebody gave them back: nobody would dial them, but the
-- balance counts them. The callback is locked, so that none is taken from one that comes back.
WITH gone AS MATERIALIZED (
  SELECT c.tenant_id, c.callback_id FROM due d
    JOIN callbacks c ON c.bucket = $1 AND c.tenant_id = d.tenant_id AND c.callback_id = d.id
   WHERE d.bucket = $1 AND d.kind = 'dial' AND c.state IN ('completed', 'cancelled', 'suppressed', 'expired')
   LIMIT 100 FOR UPDATE OF c SKIP LOCKED
)
DELETE FROM due d USING gone g WHERE d.bucket = $1 AND d.tenant_id = g.tenant_id AND d.kind = 'dial' AND d.id = g.callback_id

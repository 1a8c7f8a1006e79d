-- events_done($1 smallint[] buckets, $2 uuid[] tenants, $3 date[] days, $4 uuid[] events): first in a unit: all of them were still to do, or nothing happens
-- What is needed of an event is in its call's row now; what came in it leaves the inbox.
WITH done AS (
  UPDATE inbox i SET state = 'processed', error = NULL, body = ''
    FROM unnest($1, $2, $3, $4) AS u(b, t, d, e)
   WHERE i.bucket = u.b AND i.tenant_id = u.t AND i.day = u.d AND i.event_id = u.e AND i.state NOT IN ('processed', 'dead')
  RETURNING i.event_id
)
SELECT must(count(*) = cardinality($4), 'an event is processed') AS held FROM done

-- partitions_drop($1 timestamptz before): the inbox's days that are past keeping
SELECT partitions_drop(floor(extract(epoch FROM $1) / 86400)::int + date '1970-01-01') AS dropped

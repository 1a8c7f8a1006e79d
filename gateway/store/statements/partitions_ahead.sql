-- partitions_ahead($1 timestamptz now): the inbox's days to come
SELECT partitions_ahead($1) AS made

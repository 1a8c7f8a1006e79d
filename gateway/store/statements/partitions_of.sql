-- partitions_of($1 timestamptz[] received, $2 timestamptz now): the inbox's days of these events, if they are missing
SELECT partitions_of($1, $2) AS made

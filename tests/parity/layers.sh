#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# Folders are layers: a file includes from its own folder and from those that the table allows, a driver nothing but
# the public header and its own files.
. "$(dirname "$0")/tap.sh"

below='policy driver http net store crypto base'
edges="
base:
crypto:  base
store:   base
net:     base
http:    base
policy:  base
driver:  crypto base
kit:     driver crypto base
engine:  $below
ingress: engine $below
api:     engine $below
server:  api ingress engine $below
cmd:     kit server api ingress engine $below
"

faults() {
	(cd "$1" && find gateway drivers docs -name '*.[ch]' -o -name '*.def') 2>/dev/null | LC_ALL=C sort | while read -r file; do
		printf '%s\n' "$edges" | (cd "$1" && awk -v file="$file" '
			FNR == NR {
				name = $1; sub(/:$/, "", name)
				for (i = 2; i <= NF; i++) allowed[name, $i] = 1
				if (name != "") known[name] = 1
				next
			}
			FNR == 1 {
				split(file, at, "/")
				header = file; sub(/\.c$/, ".h", header)
				has = header != file && (getline line < header) >= 0
				own = at[1] "/" at[2] "/"
				public = file ~ /^gateway\/include\//
				if (at[1] == "gateway" && !public && !(at[2] in known)) print file ": the folder is not in the table of layers"
			}
			/^[ \t]*#[ \t]*include[ \t]*"/ {
				what = $0; sub(/^[^"]*"/, "", what); sub(/".*$/, "", what)
				if (public) print file ": the public header includes " what
				else if (index(what, own) == 1) seen = 1
				else if (at[1] == "drivers" || at[1] == "docs") print file ": a driver includes " what
				else if (what == "config.h") next
				else if (split(what, to, "/") < 3 || to[1] != "gateway") print file ": " what " is not written from the root of the tree"
				else if (!((at[2], to[2]) in allowed)) print file ": " at[2] "/ may not include " what
				else if (has && !seen && !said++) print file ": includes " what " before its own header"
			}' - "$file")
	done
}

clean "every include line keeps to the layers"

afresh
make gateway/store/db.c '#include "gateway/store/db.h"\n#include "gateway/base/arena.h"\n#include <stdio.h>\n'
make gateway/engine/dial.c '#include "gateway/engine/dial.h"\n#include "gateway/store/db.h"\n#include <switchhook/driver.h>\n'
make gateway/include/switchhook/driver.h '#include <stdint.h>\n'
make drivers/retell/retell.c '#include "drivers/retell/retell.h"\n#include <switchhook/driver.h>\n'
finds "what is allowed is allowed" ""

make gateway/store/db.c '#include "gateway/store/db.h"\n#include "gateway/engine/dial.h"\n'
finds "a lower layer that includes a higher one" "gateway/store/db.c: store/ may not include gateway/engine/dial.h"
make gateway/store/db.c '#include "gateway/store/db.h"\n # include "gateway/crypto/seal.h"\n'
finds "a layer that includes its neighbour" "store/ may not include gateway/crypto/seal.h"
make gateway/store/db.c '#include "db.h"\n'
finds "a name that is not written from the root" "db.h is not written from the root"
make gateway/store/db.c '#include "gateway/base/arena.h"\n#include "gateway/store/db.h"\n'
make gateway/store/db.h ''
finds "a file that does not begin with its own header" "before its own header"
make gateway/store/db.c '#include "gateway/store/db.h"\n'
make gateway/queue/queue.c '#include "gateway/queue/queue.h"\n'
finds "a folder that nobody has placed" "gateway/queue/queue.c: the folder is not in the table"
rm -r "$made/gateway/queue"
make drivers/retell/retell.c '#include "drivers/retell/retell.h"\n#include "gateway/base/text.h"\n'
finds "a driver that reaches into the gateway" "drivers/retell/retell.c: a driver includes gateway/base/text.h"
make drivers/retell/retell.c '#include "drivers/vapi/vapi.h"\n'
finds "a driver that reaches into another" "a driver includes drivers/vapi/vapi.h"
make drivers/retell/retell.c '#include <switchhook/driver.h>\n'
make docs/example/telnyx.c '#include "gateway/base/text.h"\n'
finds "an example that reaches into the gateway" "docs/example/telnyx.c: a driver includes gateway/base/text.h"
rm -r "$made/docs"
make gateway/include/switchhook/driver.h '#include "gateway/base/text.h"\n'
finds "a public header that needs a private one" "the public header includes gateway/base/text.h"
finish

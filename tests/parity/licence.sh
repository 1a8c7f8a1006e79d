#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# Every source file says under which licence it stands, at its top. The .sql files of single statements begin with their
# contract instead: they are a few lines each and are nothing without it. Golden files and samples are data, documents (.md, README.text)
# are texts, and the drivers of tests/abi are never changed: their C has its lines, the lists of settings beside it have none.
. "$(dirname "$0")/tap.sh"

# sources TREE: what people write; not what tools make of it, not what was recorded
sources() {
	(
		cd "$1" || exit 1
		for file in autogen.sh check quickstart configure.ac Makefile.am; do [ -f "$file" ] && echo "$file"; done
		find gateway drivers policies config packaging docs script tests -type f 2>/dev/null |
			grep -E '\.(c|h|def|awk|sh|py|overlay|mjs|mk|sql|pc\.in)$|^script/|^packaging/|^(config|policies)/.*\.yaml$|^docs/.*/[^.]*$|^gateway/kit/skeleton/(.*/defaults|Makefile\.text|gitignore\.text)$' |
			grep -vE '/node_modules/|^tests/fuzz/corpus/|^tests/drivers/[^/]*/(golden|samples)/|^gateway/store/(statements/|sql\.c$|statements\.def$)|^gateway/policy/prefix_table\.c$|/\.deps/|/\.libs/'
	) | LC_ALL=C sort
}

faults() {
	sources "$1" | while read -r file; do
		head -n 3 "$1/$file" | grep -qE '^(/\*|//|#|--) SPDX-License-Identifier: Apache-2\.0( \*/)?$' || echo "$file: no SPDX line among the first three"
		case $file in
			*.c | *.h | *.def)
				[ "$(sed -n 2p "$1/$file")" = '/* Copyright 2026 The Switchhook Authors */' ] || echo "$file: the second line is not the copyright" ;;
			*.mjs)
				head -n 3 "$1/$file" | grep -qx '// Copyright 2026 The Switchhook Authors' || echo "$file: no copyright line among the first three" ;;
		esac
	done
}

clean "every source file has its licence line"
[ "$(sources "$root" | wc -l)" -gt 100 ]
told $? "the tree's files are found"

afresh
c='/* SPDX-License-Identifier: Apache-2.0 */\n/* Copyright 2026 The Switchhook Authors */\n'
make gateway/base/a.c "$c"
make check '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n'
make gateway/store/migrations/0001_first.sql '-- SPDX-License-Identifier: Apache-2.0\n'
make tests/unit/a.mjs '// SPDX-License-Identifier: Apache-2.0\n// Copyright 2026 The Switchhook Authors\n'
make tests/node_modules/other/a.mjs ''
make gateway/store/statements/a.sql '-- a(): one\n'
finds "files as they should be" ""
make gateway/base/a.c '/* SPDX-License-Identifier: MIT */\n/* Copyright 2026 The Switchhook Authors */\n'
finds "another licence" "gateway/base/a.c: no SPDX line"
make gateway/base/a.c '/* SPDX-License-Identifier: Apache-2.0 */\n/* A file. */\n'
finds "no copyright" "gateway/base/a.c: the second line is not the copyright"
make gateway/base/a.c "$c"
make tests/unit/a.mjs '// SPDX-License-Identifier: Apache-2.0\n'
finds "a script without copyright" "tests/unit/a.mjs: no copyright"
rm "$made/tests/unit/a.mjs"
make gateway/base/local.mk 'noinst_LIBRARIES += a\n'
finds "a list of files without licence" "gateway/base/local.mk: no SPDX line"
rm "$made/gateway/base/local.mk"
make quickstart '#!/bin/sh\n'
finds "a command without licence" "quickstart: no SPDX line"
rm "$made/quickstart"
make gateway/store/migrations/0001_first.sql 'CREATE TABLE a ();\n'
finds "a migration without licence" "0001_first.sql: no SPDX line"
make gateway/store/migrations/0001_first.sql '-- SPDX-License-Identifier: Apache-2.0\n'
make gateway/kit/skeleton/Makefile.text 'all:\n'
finds "what becomes a stranger's Makefile" "gateway/kit/skeleton/Makefile.text: no SPDX line"
rm "$made/gateway/kit/skeleton/Makefile.text"
make docs/example-driver/golden/defaults 'set a=b\n'
finds "the settings of an example" "docs/example-driver/golden/defaults: no SPDX line"
make docs/example-driver/golden/defaults '# SPDX-License-Identifier: Apache-2.0\n'
make docs/example-driver/golden/a.golden 'run webhook\n'
make tests/drivers/acme/golden/defaults 'set a=b\n'
finds "data" ""
finish

#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# The model (tests/model/ring-once.pml), the document (docs/ring-once.md) and the code name the same things: transitions, the
# statements that carry them out, the files, and the states of callbacks, dials and fence.
. "$(dirname "$0")/tap.sh"

# Text without markup → lower case words joined by _
plain() {
	tr '[:upper:] ' '[:lower:]_' | sed 's/^t\([0-9]\)/T\1/'
}

# "T5 dial_lock", one a line, from comments that begin "T5: dial_lock, dial_placed."
model_statements() {
	grep -oE '/\* (T[0-9]+b?|cancel|suppress): [a-z_, ]+' "$1" | sed 's|^/\* ||; s/:/,/' |
		awk -F', *' '{ for (i = 2; i <= NF; i++) { sub(/ *$/, "", $i); if ($i != "") print $1 " " $i } }' | LC_ALL=C sort -u
}

# The rows of section 8: its first column, and what stands in backticks in the column `c` (3 statements, 4 code)
docs_column() {
	awk -F'|' -v c="$2" '
		/^## / { on = ($0 ~ /^## 8\./) }
		on && /^\| *(T[0-9]+b?|send|cancel|suppress) *\|/ {
			t = $2; gsub(/ /, "", t)
			k = split($c, part, "`")
			for (i = 2; i <= k; i += 2) print t " " part[i]
		}' "$1" | LC_ALL=C sort -u
}

# "T3_mark_sent" for each row of section 3
docs_transitions() {
	awk -F'|' '/^## / { on = ($0 ~ /^## 3\./) } on && /^\| *(T[0-9]+b? |send|cancel|suppress)/ { sub(/^ */, "", $2); sub(/ *$/, "", $2); print $2 }' "$1" |
		plain | LC_ALL=C sort -u
}

# The model without its comments, for names that are code
model_code() {
	sed 's|/\*.*\*/||g; /^ \*/d' "$1" | grep -oE '\b(T[0-9]+b?_[a-z_]+|send|cancel|suppress)\b' | sed 's/^T8_decide$/T8_ended/; s/^T1_born$/T1_claim/' | LC_ALL=C sort -u
}

# states PREFIX: of the model's mtype
model_states() {
	sed -n '/^mtype/,/;/p' "$1" | grep -oE "\\b$2_[a-z_]+" | sed "s/^$2_//" | LC_ALL=C sort -u
}

# What stands in quotes after "CHECK (COLUMN IN" in a table
table_states() {
	sed -n "/^CREATE TABLE $2 /,/^)/p" "$1" | sed -n "s/.*CHECK ($3 IN (\\([^)]*\\)).*/\\1/p" | grep -oE "'[a-z_]+'" | tr -d "'" | LC_ALL=C sort -u
}

# differ LEFT RIGHT WORDS-LEFT WORDS-RIGHT
differ() {
	LC_ALL=C comm -23 "$1" "$2" | sed "s|^|only in $3: |"
	LC_ALL=C comm -13 "$1" "$2" | sed "s|^|only in $4: |"
}

faults() {
	pml=$1/tests/model/ring-once.pml md=$1/docs/ring-once.md
	model_statements "$pml" >"$work/a"
	docs_column "$md" 3 | grep -v " fence_ok$" >"$work/b"
	differ "$work/a" "$work/b" "the model" "the document"
	sed 's/.* //' "$work/b" | sort -u | while read -r name; do
		[ -e "$1/gateway/store/statements/$name.sql" ] || echo "no such statement: $name"
	done
	docs_column "$md" 4 | sed 's/.* //' | grep / | sort -u | while read -r file; do
		[ -e "$1/gateway/$file" ] || echo "no such file: $file"
	done
	model_code "$pml" >"$work/a"
	docs_transitions "$md" >"$work/b"
	differ "$work/a" "$work/b" "the model's code" "section 3"
	model_states "$pml" c >"$work/a"
	# held is scheduled without a time: nothing of the protocol sees the row until a person gives it one
	table_states "$1/gateway/store/migrations/0001_initial.sql" callbacks state | grep -v '^held$' >"$work/b"
	differ "$work/a" "$work/b" "the model's callbacks" "the table callbacks"
	model_states "$pml" d | grep -v -e '^not_placed$' -e '^decided$' >"$work/a"
	table_states "$1/gateway/store/migrations/0001_initial.sql" live_dial state >"$work/b"
	differ "$work/a" "$work/b" "the model's dials" "the table live_dial"
	model_states "$pml" f >"$work/a"
	table_states "$1/gateway/store/migrations/0001_initial.sql" fence mode >"$work/b"
	differ "$work/a" "$work/b" "the model's fence" "the table fence"
}

clean "model, document and code name the same things"
model_statements "$root/tests/model/ring-once.pml" >"$work/a"
docs_transitions "$root/docs/ring-once.md" >"$work/b"
[ "$(wc -l <"$work/a")" -gt 25 ] && [ "$(wc -l <"$work/b")" -gt 15 ]
told $? "the tables are found"

afresh
model='mtype = { c_open, c_done,\n d_sent, d_not_placed, d_decided, f_normal };\n/* T1: due_claim. Words, and more */\ninline T1_claim() {}\n/* T3: dial_sent */\nT3_mark_sent: skip\n'
three='## 3. Transactions\n\n| | when |\n|---|---|\n| T1 claim | due |\n| T3 mark sent | built |\n\n'
eight='## 8. Where it stands\n\n| | statement | code |\n|---|---|---|\n| T1 | `due_claim`; words | `engine/a.c` `a_name` |\n| T3 | `dial_sent` | `engine/a.c` |\n'
tables="CREATE TABLE callbacks (\n  state text CHECK (state IN ('open', 'done')),\n);\nCREATE TABLE live_dial (\n  state text CHECK (state IN ('sent')),\n);\nCREATE TABLE fence (\n  mode text CHECK (mode IN ('normal')),\n);\n"
made_tree() {
	afresh
	make tests/model/ring-once.pml "$model"
	make docs/ring-once.md "$three$eight"
	make gateway/store/migrations/0001_initial.sql "$tables"
	make gateway/store/statements/due_claim.sql ''
	make gateway/store/statements/dial_sent.sql ''
	make gateway/engine/a.c ''
}
made_tree
finds "three that agree" ""
rm "$made/gateway/store/statements/dial_sent.sql"
finds "a statement without a file" "no such statement: dial_sent"
made_tree
rm "$made/gateway/engine/a.c"
finds "code without a file" "no such file: engine/a.c"
made_tree
make docs/ring-once.md "$three$eight| T4 | \`sweep_claims\` | \`engine/a.c\` |\n"
make gateway/store/statements/sweep_claims.sql ''
finds "a statement that the model lacks" "only in the document: T4 sweep_claims"
made_tree
make tests/model/ring-once.pml "$model/* T4: sweep_claims */\n"
finds "a statement that the document lacks" "only in the model: T4 sweep_claims"
made_tree
make tests/model/ring-once.pml "${model}T4_lease_over: skip\n"
finds "a transition under another name" "only in the model's code: T4_lease_over"
made_tree
make docs/ring-once.md "$three| T9 park | T11 |\n$eight"
finds "a transition that the model lacks" "only in section 3: T9_park"
made_tree
make gateway/store/migrations/0001_initial.sql "$(printf '%s' "$tables" | sed "s/'open', /'open', 'claimed', /")"
finds "a state of callbacks that the model lacks" "only in the table callbacks: claimed"
made_tree
make tests/model/ring-once.pml "$(printf '%s' "$model" | sed 's/d_sent, /d_sent, d_lost, /')"
finds "a dial's state that the table lacks" "only in the model's dials: lost"
made_tree
make gateway/store/migrations/0001_initial.sql "$(printf '%s' "$tables" | sed "s/'normal'/'normal', 'recovering'/")"
finds "a mode of the fence that the model lacks" "only in the table fence: recovering"
finish

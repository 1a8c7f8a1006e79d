# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
# Turns spoken_en.words into the tables of spoken_terms.c: rows by the hash of their first word, or of their first two, the longest
# first, and where the rows of each hash begin. A word that stands there twice fails the build.
function hash(word,    h, i) {
	for (i = 1; i <= length(word); i++)
		h = (h * 33 + code[substr(word, i, 1)]) % 4294967296
	return h
}
BEGIN {
	hashes = 8192
	pair = 31
	for (i = 1; i < 256; i++)
		code[sprintf("%c", i)] = i
}
# As a recogniser writes it that leaves out apostrophes; "": then it would be other words.
function bare(w) {
	if (w !~ /'/ || (" " w " ") ~ / (we're|we'll|we'd) / || w ~ /^(i'll|i'd|he'll|she'll|it's)$/)
		return ""
	gsub(/'/, "", w)
	return w
}
function add(w, cls, value,    parts, part, whole, h) {
	parts = split(w, part, " ")
	whole = hash(part[1])
	if (parts > 1 && part[2] !~ /^[0-9]/)
		whole = (whole * pair + hash(part[2])) % 4294967296
	h = whole % hashes
	row[h, ++count[h]] = sprintf("\t{ \"%s\", %d, %d, SH_SW_%s, %s, %d },", w, length(part[1]), parts, cls, value == "" ? "0" : value, int(whole / 65536))
	size[h, count[h]] = parts
	if (parts > longest)
		longest = parts
}
/^#/ || /^[ \t]*$/ { next }
{
	colon = index($0, ":")
	split(substr($0, 1, colon - 1), head, " ")
	n = split(substr($0, colon + 1), words, ",")
	for (i = 1; i <= n; i++) {
		w = words[i]
		gsub(/^ +| +$/, "", w)
		if (w == "")
			continue
		if (w in seen) {
			print "spoken_words.awk: \"" w "\" stands twice: " seen[w] " and " head[1] > "/dev/stderr"
			bad = 1
			continue
		}
		seen[w] = head[1]
		add(w, head[1], head[2])
		order[++words_n] = w
		value_of[w] = head[2]
	}
}
END {
	if (bad)
		exit 1
	for (i = 1; i <= words_n; i++) {
		w = bare(order[i])
		if (w != "" && !(w in seen)) {
			seen[w] = seen[order[i]]
			add(w, seen[w], value_of[order[i]])
		}
	}
	print "/* Made by spoken_words.awk. */"
	print "#define TERMS_HASHES " hashes "u"
	print "#define TERMS_PAIR " pair "u"
	print "static const struct terms_row terms_rows[] = {"
	total = 0
	for (h = 0; h < hashes; h++) {
		first[h] = total
		for (parts = longest; parts > 0; parts--)
			for (i = 1; i <= count[h]; i++)
				if (size[h, i] == parts) {
					print row[h, i]
					total++
				}
	}
	print "};"
	print "static const uint16_t terms_first[TERMS_HASHES + 1] = {"
	for (h = 0; h < hashes; h++)
		printf "%d,%s", first[h], h % 16 == 15 ? "\n" : " "
	print total "};"
}

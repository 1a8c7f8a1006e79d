# SPDX-License-Identifier: Apache-2.0
# Copyright 2026 The Switchhook Authors
#
# The files of skeleton/ as rows { name, text } of C. The two lines that say whose a C file is are left out: what is made of it is the
# reader's own.
FNR == 1 {
	if (NR > 1)
		print "},"
	name = FILENAME
	sub(/^.*\/skeleton\//, "", name)
	sub(/^driver\.c$/, "@name@.c", name)
	sub(/^Makefile\.text$/, "Makefile", name)
	sub(/^README\.text$/, "README.md", name)
	sub(/^gitignore\.text$/, ".gitignore", name)
	print "{ \"" name "\","
}
FNR <= 2 && /^\/\* (SPDX|Copyright)/ { next }
{
	gsub(/\\/, "\\\\")
	gsub(/"/, "\\\"")
	gsub(/\t/, "\\t")
	print "\t\"" $0 "\\n\""
}
END { print "}," }

# SPDX-License-Identifier: Apache-2.0
# fuzz/: libFuzzer targets, built by ./configure CC=clang --enable-fuzzers --enable-sanitizers. Run one with its seeds:
#	tests/fuzz/reader -max_total_time=60 NEW_FOLDER tests/fuzz/corpus/reader
# A target compares with another implementation or checks a property; a crash is a difference.
if FUZZERS
noinst_PROGRAMS += %D%/reader
%C%_reader_SOURCES = %D%/reader.c
%C%_reader_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
%C%_reader_LDADD = gateway/base/libbase.a $(JSON_LIBS)
endif
EXTRA_DIST += %D%/corpus

/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * kit/record.h: a message of the provider's becomes a sample and a golden file: `switchhook driver record`.
 */
#ifndef SH_KIT_RECORD_H
#define SH_KIT_RECORD_H

#include "gateway/base/buf.h"
#include "gateway/base/error.h"

struct sh_record {
	const char *name; /* of the two files */
	const char *golden; /* folder of golden files; made if it is missing, as the other one is */
	const char *samples; /* folder of samples; NULL: the one that the golden files use, or ../samples */
	const char *run; /* "webhook", "numbers_parse" …; NULL: webhook for a request or a bare body */
	const char *const *keep; /* names of members that stay as they are; ends with NULL */
	struct sh_str message; /* a whole HTTP request, a whole HTTP response, or a body alone */
	int64_t now_ms; /* when it came */
};

/*
 * Writes both files, which must not be there yet, without the people in them (redact.h). The key for that is made at the first recording:
 * `.record-key` in the golden folder, which nobody but the recorder needs. *said gets what was replaced, a line a kind.
 */
enum sh_status sh_record(const struct sh_record *, struct sh_buf *said, struct sh_error *) SH_MUST_CHECK;

#endif

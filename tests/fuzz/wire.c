/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * fuzz/wire.c: any bytes as a message between a worker and the keyholder. What is taken, written again, is the same bytes; of
 * nothing that is shorter or longer.
 *
 * Input: two bytes of length, a message of questions, and what claims to be its answer.
 */
#include "gateway/crypto/wire.h"
#include "tests/fuzz/fuzz.h"

static void
fuzz_answer(const uint8_t *b, size_t n, const struct sh_wire_question *questions, size_t nquestions)
{
	const struct sh_wire_question *q[SH_WIRE_COUNT];
	struct sh_wire_answer answers[SH_WIRE_COUNT] = { 0 };
	uint8_t again[SH_WIRE_MAX];
	uint32_t serial = n >= 8 ? (uint32_t)b[4] << 24 | (uint32_t)b[5] << 16 | (uint32_t)b[6] << 8 | b[7] : 0;

	for (size_t i = 0; i < nquestions; i++)
		q[i] = &questions[i];
	if (!sh_wire_tell_read(b, n, serial, q, nquestions, answers))
		return;
	for (size_t i = 0; i < nquestions; i++)
		fuzz_expect(answers[i].status == SH_OK || answers[i].n == 0, "bytes with a status that has none");
	fuzz_expect(sh_wire_tell(again, serial, answers, nquestions) == n && memcmp(again, b, n) == 0, "an answer, written again");
	fuzz_expect(!sh_wire_tell_read(b, n, serial + 1, q, nquestions, answers), "the answer to another question");
	fuzz_expect(!sh_wire_tell_read(b, n, serial, q, nquestions - 1, answers), "answers without a question");
	fuzz_expect(!sh_wire_tell_read(b, n - 1, serial, q, nquestions, answers), "an answer that is cut off");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct sh_wire_question questions[SH_WIRE_COUNT];
	const struct sh_wire_question *q[SH_WIRE_COUNT];
	uint8_t again[SH_WIRE_MAX];
	size_t count = 0, length = n < 2 ? 0 : (size_t)data[0] << 8 | data[1];
	uint32_t serial;

	if (n < 2 || length > n - 2)
		return 0;
	if (!sh_wire_ask_read(data + 2, length, &serial, questions, &count))
		return 0;
	fuzz_expect(count > 0 && count <= SH_WIRE_COUNT, "the number of questions");
	for (size_t i = 0; i < count; i++)
		q[i] = &questions[i];
	fuzz_expect(
	    sh_wire_ask(again, serial, q, count) == length && memcmp(again, data + 2, length) == 0, "a question, written again");
	fuzz_answer(data + 2 + length, n - 2 - length, questions, count);
	fuzz_expect(!sh_wire_ask_read(data + 2, length - 1, &serial, questions, &count), "a question that is cut off");
	return 0;
}

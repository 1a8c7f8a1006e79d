/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
#include "gateway/policy/state.h"

#include <string.h>

#include "gateway/base/macro.h"
#include "gateway/base/text.h"

static const struct state {
	const char *code, *name;
} states[] = {
#define STATE(code_, name_) { code_, name_ },
#include "gateway/policy/state.def"
};

bool
sh_state_is(struct sh_str s)
{
	if (s.n < 4 || s.n > SH_STATE_MAX || s.s[2] != '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (i != 2 && !(s.s[i] >= 'A' && s.s[i] <= 'Z') && !(i > 2 && s.s[i] >= '0' && s.s[i] <= '9'))
			return false;
	return true;
}

bool
sh_state_read(struct sh_str text, struct sh_str country, char ret[SH_STATE_MAX + 1])
{
	for (size_t i = 0; i < SH_LENGTH(states); i++) {
		struct sh_str code = sh_str(states[i].code), in = { code.s, 2 }, brief = { code.s + 3, code.n - 3 };

		if (country.n > 0 && !sh_text_equal_nocase(country, in))
			continue;
		if (!sh_text_equal_nocase(text, code) && !sh_text_equal_nocase(text, brief) &&
		    !sh_text_equal_nocase(text, sh_str(states[i].name)))
			continue;
		memcpy(ret, code.s, code.n + 1);
		return true;
	}
	return false;
}

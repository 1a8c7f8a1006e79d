/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/* policy/state.h: states and provinces, as laws and contacts name them. Pure. */
#ifndef SH_POLICY_STATE_H
#define SH_POLICY_STATE_H

#include <stdbool.h>

#include <switchhook/driver.h>

#define SH_STATE_MAX 6			/* "US-FL": ISO 3166-2 */

/* "US-FL": how a state is written, whether or not there is such a one. */
bool sh_state_is(struct sh_str);

/*
 * What a contact says of it: "US-FL", "fl", "Florida". country: "US", "CA", or absent, which means the one that has such a
 * state. False: it is none of those that are known.
 */
bool sh_state_read(struct sh_str text, struct sh_str country, char ret[SH_STATE_MAX + 1]);

#endif

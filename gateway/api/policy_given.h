/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * api/policy_given.h: policies in the body of a question about them. Not for others than api/.
 */
#ifndef SH_API_POLICY_GIVEN_H
#define SH_API_POLICY_GIVEN_H

#include "gateway/api/request.h"

/*
 * A member that is the name of a policy, or a policy itself: an object, or YAML of several lines. *ret: a layer, in the request's arena; NULL: the
 * member is not there. False: a problem was answered.
 */
bool sh_policy_given(struct sh_api_request *, const char *field, const struct sh_policy **ret);

/* Are all members of the body among these? names ends with NULL. False: a problem was answered. */
bool sh_policy_members(struct sh_api_request *, const char *const *names);

/* The faults of a policy as a problem: one field a line; a fault's place is line and column of the text. */
void sh_policy_refuse(struct sh_api_request *, const struct sh_faults *, const char *detail);

#endif

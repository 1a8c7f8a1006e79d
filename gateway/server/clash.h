/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * server/clash.h: can one gateway listen on both of two addresses?
 */
#ifndef SH_SERVER_CLASH_H
#define SH_SERVER_CLASH_H

#include <stdbool.h>

/* Addresses as the option listen takes them. false also where only the start can tell: names are not looked up. */
bool sh_clash(const char *a, const char *b);

#endif

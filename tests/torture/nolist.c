/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * The Retell driver, as if Retell promised nothing about its lists: what they do not show proves nothing. Half of the crash
 * matrix is played with it, the other half with the driver as it is.
 */
#include <switchhook/driver.h>

#undef SH_DRIVER
#define SH_DRIVER(...)                                                                                  \
	extern __attribute__((visibility("default"))) const struct sh_driver switchhook_driver;         \
	const struct sh_driver switchhook_driver = { .abi_major = SH_DRIVER_ABI_MAJOR,                  \
		.abi_minor = SH_DRIVER_ABI_MINOR, .size = sizeof(struct sh_driver),                     \
		.setting_size = sizeof(struct sh_setting), .reason_size = sizeof(struct sh_reason), __VA_ARGS__ .list_lag_s = 0 }

#pragma GCC diagnostic ignored "-Woverride-init" /* the last one counts */
#include "drivers/retell/retell.c"

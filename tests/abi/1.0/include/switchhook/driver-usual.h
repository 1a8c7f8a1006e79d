/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Switchhook Authors */
/*
 * switchhook/driver-usual.h: what most drivers make of the host's functions, for providers that do as most do. Comes with
 * driver.h, and is compiled into the driver: nothing of it is part of the interface between driver and host.
 */
#ifndef SWITCHHOOK_DRIVER_H
#error "include <switchhook/driver.h>, which brings this"
#endif
#ifndef SWITCHHOOK_DRIVER_USUAL_H
#define SWITCHHOOK_DRIVER_USUAL_H

#include <switchhook/driver-text.h>
#include <switchhook/driver-json.h>
#include <switchhook/driver-webhook.h>
#include <switchhook/driver-rest.h>

#endif

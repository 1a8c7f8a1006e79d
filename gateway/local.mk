# SPDX-License-Identifier: Apache-2.0
# A library a folder; the link order below is the architecture: cmd → server → api, ingress → engine → … → base.
include %D%/base/local.mk
include %D%/crypto/local.mk
include %D%/http/local.mk
include %D%/net/local.mk
include %D%/store/local.mk
include %D%/driver/local.mk
include %D%/kit/local.mk
include %D%/policy/local.mk
include %D%/engine/local.mk
include %D%/ingress/local.mk
include %D%/api/local.mk
include %D%/server/local.mk
include %D%/cmd/local.mk

pkgconfig_DATA = %D%/switchhook-driver.pc
switchhookincludedir = $(includedir)/switchhook
switchhookinclude_HEADERS = %D%/include/switchhook/driver.h %D%/include/switchhook/driver-services.h %D%/include/switchhook/driver-usual.h \
	%D%/include/switchhook/driver-text.h %D%/include/switchhook/driver-json.h %D%/include/switchhook/driver-webhook.h \
	%D%/include/switchhook/driver-rest.h

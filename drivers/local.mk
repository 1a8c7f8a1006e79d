# SPDX-License-Identifier: Apache-2.0
include %D%/bland/local.mk
include %D%/retell/local.mk
include %D%/twilio/local.mk
include %D%/vapi/local.mk

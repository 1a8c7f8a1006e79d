# SPDX-License-Identifier: Apache-2.0
# unit/: C, one program a module, linked with its own folder's library and those below. Each folder has its list.
if HAVE_CMOCKA
include %D%/unit/base.mk
include %D%/unit/crypto.mk
include %D%/unit/http.mk
include %D%/unit/net.mk
include %D%/unit/store.mk
include %D%/unit/driver.mk
include %D%/unit/kit.mk
include %D%/unit/policy.mk
include %D%/unit/engine.mk
include %D%/unit/ingress.mk
include %D%/unit/api.mk
include %D%/unit/server.mk
include %D%/unit/cmd.mk
endif
include %D%/fuzz/local.mk
include %D%/abi/local.mk
include %D%/kit/local.mk
include %D%/parity/local.mk
include %D%/process/local.mk
include %D%/model/local.mk
include %D%/torture/local.mk
include %D%/oracle/local.mk
include %D%/dist.mk

# SPDX-License-Identifier: Apache-2.0
# What runs under Node: nothing of it is built, all of it belongs into the tarball.
EXTRA_DIST += %D%/package.json %D%/package-lock.json %D%/.npmrc
EXTRA_DIST += %D%/simulators %D%/scenarios %D%/spoken %D%/policies script/quickstart

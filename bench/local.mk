# SPDX-License-Identifier: Apache-2.0
# Measuring is no part of a build or of its tests; the sources belong into the tarball.
EXTRA_DIST += %D%/ingest %D%/ingest.mjs %D%/lib %D%/loadgen
EXTRA_DIST += %D%/peer/express.mjs %D%/peer/schema.sql %D%/peer/package.json %D%/peer/package-lock.json %D%/peer/.npmrc

// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors

/** A request that a simulated provider refuses. What stands in the body is the provider's: `refusalBody` of its simulator. */
export class Refusal extends Error {
  /** more: what else the provider's body tells, such as a code. */
  constructor(status, message, more = {}) {
    super(message)
    this.status = status
    this.more = more
  }
}

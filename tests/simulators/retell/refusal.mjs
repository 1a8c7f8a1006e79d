// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors

/** An answer with which the simulated Retell refuses a request. The real one has free text and no machine code. */
export class Refusal extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }

  get body() {
    return { status: 'error', message: this.message }
  }
}

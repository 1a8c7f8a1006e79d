-- SPDX-License-Identifier: Apache-2.0
CREATE TABLE webhook_events (
  id                uuid        PRIMARY KEY,
  workspace_id      uuid        NOT NULL,
  provider          text        NOT NULL,
  provider_event_id text        NOT NULL,
  event_type        text        NOT NULL,
  call_id           text,
  received_at       timestamptz NOT NULL DEFAULT now(),
  payload           bytea       NOT NULL,
  UNIQUE (workspace_id, provider_event_id)
);

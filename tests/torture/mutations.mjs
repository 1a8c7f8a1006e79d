// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Ways to break a promise on purpose, so that the matrix is known to notice: a provider that rings twice, guards taken out of
// the database. Each names the promise whose violation must be reported.

export const MUTATIONS = {
  'the provider rings twice': {
    promise: 'P1',
    async apply({ retell }) {
      const place = retell.place.bind(retell)
      retell.place = (...asked) => {
        place(...asked)
        return place(...asked)
      }
    }
  },
  'one callee, many dials': {
    promise: 'P1',
    // And nothing paces them, or the second would come late enough to see the first.
    apply: ({ wire }) =>
      wire.text(`DROP INDEX live_dial_one_per_callee;
        CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE TRIGGER forget BEFORE INSERT OR UPDATE ON pace FOR EACH ROW EXECUTE FUNCTION forget()`)
  },
  'a dial in doubt is taken for one that never was': {
    promise: 'P1',
    // What is ambiguous goes back at once, as if no answer meant no call.
    apply: ({ wire }) =>
      wire.text(`CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF NEW.state = 'ambiguous' AND OLD.state = 'sent' THEN NEW.state := 'intent'; NEW.lease_until := NEW.created_at; END IF;
          RETURN NEW; END $$;
        CREATE TRIGGER forget BEFORE UPDATE ON live_dial FOR EACH ROW EXECUTE FUNCTION forget()`)
  },
  'nobody is suppressed': {
    promise: 'P3',
    apply: ({ wire }) =>
      wire.text(`DO $do$ BEGIN EXECUTE replace(pg_get_functiondef('suppressed'::regproc), 'EXISTS', 'false AND EXISTS'); END $do$`)
  },
  'nobody counts calls': {
    promise: 'P6',
    apply: ({ wire }) =>
      wire.text(`CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
        CREATE TRIGGER forget BEFORE INSERT ON rang FOR EACH ROW EXECUTE FUNCTION forget()`)
  },
  'refunds are forgotten': {
    promise: 'P4',
    apply: ({ wire }) =>
      wire.text(`CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF NEW.kind = 'refund' THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE TRIGGER forget BEFORE INSERT ON ledger FOR EACH ROW EXECUTE FUNCTION forget()`)
  },
  'nobody looks for lost dials': {
    promise: 'P2',
    apply: ({ wire }) =>
      wire.text(`CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF NEW.kind IN ('look', 'ask') THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE TRIGGER forget BEFORE INSERT ON due FOR EACH ROW EXECUTE FUNCTION forget()`)
  },
  'events are answered before they are stored': {
    promise: 'P5',
    apply: ({ wire }) =>
      wire.text(`CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF random() < 0.2 THEN RETURN NULL; END IF; RETURN NEW; END $$;
        CREATE TRIGGER forget BEFORE INSERT ON inbox FOR EACH ROW EXECUTE FUNCTION forget()`)
  }
}

export function mutate(world, name) {
  return MUTATIONS[name].apply(world)
}

// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What proves something about a dial, and what does not: a list that is not there, a list of another account, the end of another
// call that bears the dial's id. And an event that could not be processed, once more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CALLEE, callEnded } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

/** Accepted, the answer lost, and no webhook ever: only the list could tell. */
async function lost({ retell, acme }) {
  retell.fault('create_phone_call', 'accept_drop_answer')
  retell.fault('hooks', 'never', { times: null })
  retell.cast('*', 'answers')
  return acme.place()
}

test(
  'a list that answers 404 proves nothing: parked, not dialled again',
  scenario(async all => {
    const call = await lost(all)
    all.retell.fault('list_calls', '404', { times: null })
    await all.acme.latestInTime(call.callback_id, 'parked')
    assert.equal(all.acme.dials.length, 1)
    assert.deepEqual(all.retell.rings.by_number, { [CALLEE]: 1 })
  })
)

test(
  'a list read with other credentials proves nothing: parked, not dialled again',
  scenario(async all => {
    const { retell, gateway, acme } = all
    retell.settings.list_lag_ms = 10 * 3600000 // as the list of an account that never had this call
    const call = await lost(all)
    await gateway.put(`/v1/workspaces/${acme.workspace.id}/credentials`, { api_key: retell.apiKeys[0], base_url: retell.url })
    await acme.latestInTime(call.callback_id, 'parked')
    assert.equal(acme.dials.length, 1)
  })
)

test(
  'the end of another call does not end a dial whose id it bears',
  scenario(
    async ({ retell, clock, acme }) => {
      retell.cast('*', 'keeps_talking', 'answers')
      const call = await acme.place()
      assert.equal(call.status, 201)
      const metadata = acme.dials[0].metadata
      const other = { at: clock.now(), metadata }
      assert.equal((await acme.deliver(callEnded('call_of_somebody', other))).status, 204)
      assert.equal((await acme.deliver(callEnded('call_of_somebody', { ...other, event: 'call_analyzed' }))).status, 204)
      const again = await acme.request({ to_number: CALLEE })
      assert.deepEqual([again.status, again.body.code], [409, 'callee_busy'], 'the callee is still on the line')
      assert.equal((await acme.chain(call.callback_id)).at(-1).state, 'dialling')

      retell.play(call.call_id, 'answers')
      await acme.latest(call.callback_id, 'completed')
      assert.equal(await acme.balance(), 9)
    },
    { set: { workspace: { dials_per_minute: 6000 } } }
  )
)

test(
  'a dead event is processed once more when somebody asks',
  scenario(async ({ gateway, clock, acme }) => {
    // One that died has its body still; this one is processed first, so that its body must be kept for it.
    await gateway.sql(`CREATE FUNCTION public.keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.body := OLD.body; RETURN NEW; END $$;
      CREATE TRIGGER keep BEFORE UPDATE ON inbox FOR EACH ROW EXECUTE FUNCTION public.keep()`)
    assert.equal((await acme.deliver(callEnded('call_dead', { at: clock.now(), event: 'call_started' }))).status, 204)
    const [event] = await eventually(async () => {
      const list = await gateway.list('/v1/events')
      return list.length === 1 && list[0].state === 'processed' && list
    }, 'the event was processed')
    const path = `/v1/events/${event.id}/replay`
    assert.equal((await gateway.ask('POST', path)).body.code, 'wrong_state')
    await gateway.sql("UPDATE inbox SET state = 'dead', tries = 5, error = 'made so'")
    assert.equal((await gateway.ask('POST', path)).status, 202)
    await eventually(async () => (await gateway.list('/v1/events'))[0].state === 'processed', 'it was processed again')
  })
)

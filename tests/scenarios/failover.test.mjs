// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A database that lost its last transactions, and what the providers still know of them. No phone rings twice, nothing that
// rang stays unknown, and nobody is dialled before both are certain.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const ANSWERS = { script: 'answers', always: true }

/** As a failover leaves it: of the dial there is no row any more, and its callback waits for its time. */
async function forgetDial(gateway, callback, { due = 'now() + interval \'2 years\'' } = {}) {
  await gateway.sql(`BEGIN;
    CREATE TEMP TABLE lost AS SELECT dial_id FROM live_dial WHERE callback_id = '${callback}';
    UPDATE customer u SET balance = balance + 1 FROM ledger l
     WHERE l.customer_id = u.customer_id AND l.kind = 'reserve' AND l.dial_id IN (TABLE lost);
    DELETE FROM ledger WHERE dial_id IN (TABLE lost);
    DELETE FROM intents WHERE dial_id IN (TABLE lost);
    DELETE FROM live_dial WHERE dial_id IN (TABLE lost);
    DELETE FROM call WHERE dial_id IN (TABLE lost);
    DELETE FROM due WHERE id IN (TABLE lost);
    UPDATE callbacks SET state = 'scheduled', last_dial = NULL, epoch = 0, due_at = ${due} WHERE callback_id = '${callback}';
    INSERT INTO due (bucket, tenant_id, kind, id, due_at, epoch)
      SELECT bucket, tenant_id, 'dial', callback_id, due_at, epoch FROM callbacks WHERE callback_id = '${callback}';
    COMMIT`)
}

test(
  'a webhook of a dial that the database has lost makes its rows anew',
  scenario(async ({ gateway, retell, acme }) => {
    retell.cast('*', 'keeps_talking')
    const call = await acme.place()
    const [id] = retell.calls.keys()
    await forgetDial(gateway, call.callback_id)
    assert.equal(await acme.balance(), 10)

    retell.play(id, 'answers')
    await acme.latest(call.callback_id, 'completed')
    assert.deepEqual(Object.values(retell.rings.by_dial), [1])
    assert.equal(await acme.balance(), 9, 'reserved and spent once')
    const row = await acme.callback(call.callback_id)
    assert.equal(row.dial_id, acme.dials[0].metadata.sh_dial_id)
    const states = await gateway.sql("SELECT state FROM intents WHERE dial_id = $1 AND state <> 'placed'", [row.dial_id])
    assert.deepEqual(states.map(one => one.state).sort(), ['decided', 'ended', 'intent', 'sent'])
  })
)

const looks = retell => retell.requests.filter(one => one.route === 'list_calls').length
const fence = async gateway => (await gateway.sql('SELECT mode, lost_from, quiet_until, merge_why FROM fence ORDER BY mode DESC LIMIT 1'))[0]
const ready = async gateway => (await gateway.ask('GET', '/readyz?verbose', undefined, { key: null })).body

/** Waits until the change is noticed, lets the quiet pass, and waits until every bucket dials again. */
async function recovered({ gateway, clock, retell }, { step = '18m' } = {}) {
  await eventually(async () => (await fence(gateway)).quiet_until, 'it was noticed')
  assert.equal(looks(retell), 0, 'nobody is asked before the last dial must show')
  await clock.forward(step)
  await eventually(async () => (await fence(gateway)).mode === 'normal', 'all was merged', { limit: '30s' })
}

test(
  'another timeline: nothing is dialled until the lists are merged, and what they show is adopted',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', ANSWERS)
    const call = await acme.place()
    await acme.latest(call.callback_id, 'completed')
    // Lost: all of a second dial. Its phone rang, its webhooks never come.
    retell.fault('hooks', 'never', { times: null })
    const lost = await acme.place({ to: '+12135550143' })
    await forgetDial(gateway, lost.callback_id, { due: `'${new Date(clock.now()).toISOString()}'` })
    await gateway.sql("UPDATE fence SET timeline = '0000000A'")
    const waits = await acme.place({ to: '+12135550144' })
    assert.equal(waits.status, 202, 'scheduled, not dialled')
    assert.match((await ready(gateway)).why, /recover|another/)

    await recovered({ gateway, clock, retell })
    await acme.latest(lost.callback_id, 'completed')
    await eventually(() => acme.dials.length === 3, 'what waited was dialled')
    assert.equal(acme.dials[2].to_number, '+12135550144')
    assert.deepEqual(Object.values(retell.rings.by_dial), [1, 1, 1])
    await eventually(async () => (await acme.balance()) === 7, 'each is reserved once')
    assert.ok((await acme.activity()).some(one => one.kind === 'database.recovered'))
    assert.equal((await ready(gateway)).status, 'ready')
  })
)

// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A database that lost its last transactions, and what the providers still know of them. No phone rings twice, nothing that
// rang stays unknown, and nobody is dialled before both are certain.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scenario } from './lib/scenario.mjs'

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

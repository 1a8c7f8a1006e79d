// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A government changes its clocks while callbacks wait: zone data is exchanged, SIGHUP, and what was promised as a wall clock keeps it.
import assert from 'node:assert/strict'
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, moment } from './lib/time.mjs'

const ZONEINFO = '/usr/share/zoneinfo'
const HOUR = 3600000
const OTHER = '+12135550143'
const HELD = '+12135550144'
const PROMISED = moment('2027-03-02 15:00 America/Los_Angeles')

const says = words => ({ script: 'answers', transcript: `Agent: Hello, this is Acme Dental. \nUser: ${words} \n` })

/** California takes Alaska's clock, an hour behind. */
function exchange(folder) {
  const zi = join(folder, 'tzdata.zi')
  copyFileSync(join(ZONEINFO, 'America/Anchorage'), join(folder, 'America/Los_Angeles'))
  writeFileSync(zi, readFileSync(zi, 'utf8').replace(/^# version .*/, '# version 2099z'))
}

test(
  'callbacks keep the wall clock that was promised when the zone data changes; the others keep their instant',
  scenario(
    async ({ gateway, retell, clock, acme, folder }) => {
      retell.cast(CALLEE, says('Call me back tomorrow at three p.m. please.'), 'answers')
      retell.cast(HELD, says('Call me back tomorrow at three p.m. please.'), 'answers')
      retell.cast(OTHER, says('Call me back in twenty-six hours.'), 'answers')
      const first = await acme.place()
      const promised = await acme.scheduled(first.callback_id, { attempt: 2, at: PROMISED })
      const other = await acme.place({ to: OTHER })
      const elapsed = await acme.scheduled(other.callback_id, { attempt: 2 })
      assert.ok(await gateway.reload())
      const due = async row => Date.parse((await gateway.get(`/v1/callbacks/${row.id}`)).due_at)
      assert.equal(await due(promised), PROMISED, 'the same data moves nothing')

      // Held meanwhile: it goes back to its wall clock, too, once what its policy lacks is lacking no more.
      const third = await acme.place({ to: HELD })
      const held = await acme.scheduled(third.callback_id, { attempt: 2, at: PROMISED })
      await gateway.sql("UPDATE workspace SET policy = '{\"jurisdictions\": [\"gone\"]}'")
      await gateway.sql("UPDATE callbacks SET state = 'held', end_reason = 'no_pack', epoch = epoch + 1 WHERE callback_id = $1", [held.id])
      await gateway.sql('DELETE FROM due WHERE id = $1', [held.id])
      exchange(folder.join('zoneinfo'))
      assert.ok(await gateway.reload())
      await eventually(async () => (await due(promised)) === PROMISED + HOUR, 'the callback had moved')
      await eventually(async () => (await due(held)) === PROMISED + HOUR, 'what is held moves as well')
      await gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, {})
      await eventually(async () => (await acme.callback(held.id)).state === 'scheduled', 'it is held no more')
      assert.equal(await due(held), PROMISED + HOUR)
      assert.equal(await due(elapsed), Date.parse(elapsed.due_at))
      const [row] = await gateway.sql('SELECT zone_data, wall_ms FROM callbacks WHERE callback_id = $1', [promised.id])
      assert.deepEqual(row, { zone_data: '2099z', wall_ms: Date.UTC(2027, 2, 2, 15) })
      const told = (await acme.activity()).filter(one => one.kind === 'callback.rescheduled')
      assert.match(told.map(one => one.text).join('\n'), /attempt 2 keeps its wall clock: by zone data 2099z the clocks of America\/Los_Angeles are others/)

      await clock.set(PROMISED + 1000)
      await acme.latest(other.callback_id, 'completed')
      const rung = () => acme.dials.filter(one => JSON.stringify(one).includes(CALLEE)).length
      assert.equal(rung(), 1, 'not at the old instant')
      await clock.set(PROMISED + HOUR + 1000)
      await acme.latest(first.callback_id, 'completed')
      assert.equal(rung(), 2)
    },
    {
      config: folder => {
        const zoneinfo = folder.join('zoneinfo')
        cpSync(ZONEINFO, zoneinfo, { recursive: true, dereference: true, filter: path => !/\/(right|posix)$/.test(path) })
        return { workers: 1, zoneinfo }
      }
    }
  )
)

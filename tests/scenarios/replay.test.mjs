// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Incidents from the field, played again. Here: a scheduler whose passes overlapped. Each pass had read what was due before
// the one before it had written that it was done, and three people got 51 calls.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { goOn } from './lib/failpoints.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const PASSES = 17
const PEOPLE = ['+12135550151', '+12135550152', '+12135550153']
const ASLEEP = 4 // of eight workers, or one or two more

test(
  'seventeen passes overlap, each with a stale view of what is due: three people, three calls',
  scenario(
    async ({ gateway, retell, clock, acme, page, twin }) => {
      const other = await twin()
      retell.cast('*', { script: 'answers', always: true })
      const at = clock.now() + 3600000
      for (const [n, to] of PEOPLE.entries())
        await acme.place({ to, schedule_at: new Date(at).toISOString(), gateway: n % 2 ? gateway : other })

      const asleep = []
      await clock.set(at - 1000)
      for (let pass = 0; pass < PASSES; pass++) {
        // A pass claims what is due and goes no further; its lease runs out, and the next pass claims the same.
        const stopped = page.expect(pass % 2 ? 'intent.before_commit' : 'claim.committed', 'stop')
        await clock.forward('31s')
        asleep.push(await stopped())
        // Those that believe that all is still as they read it wake up in the middle of the others; not while the next intent is
        // waited for, which would be theirs.
        while (pass % 2 && asleep.length > ASLEEP) goOn(asleep.shift())
      }
      // Two workers that claim at once may share what is due; then one of them places its part while the other sleeps.
      assert.ok(acme.dials.length < PEOPLE.length, 'not all passes came as far as a call')

      await clock.forward('31s')
      await eventually(() => acme.dials.length === PEOPLE.length, 'everybody was called')
      for (const pid of asleep) goOn(pid)
      // They talk, by the told clock; what is said of it may come to those that slept.
      await clock.forward('2m')
      await eventually(
        async () => (await gateway.sql("SELECT count(*) AS n FROM callbacks WHERE state <> 'completed'"))[0].n === 0,
        'nothing was left to do'
      )
      assert.deepEqual(retell.rings.by_number, Object.fromEntries(PEOPLE.map(to => [to, 1])))
      assert.equal(acme.dials.length, PEOPLE.length)
      // A pass may come as far as an intent and be overtaken by the clock: then nothing was sent, and the intent is given back.
      const dialled = "SELECT count(DISTINCT dial_id) AS n FROM intents WHERE state IN ('placed', 'ended')"
      assert.equal((await gateway.sql(dialled))[0].n, PEOPLE.length)
      const [{ most }] = await gateway.sql('SELECT max(epoch)::int AS most FROM callbacks')
      assert.ok(most > PASSES, `claimed in every pass: ${most} times`)
      assert.equal(await acme.balance(), 10 - PEOPLE.length)
    },
    { failpoints: true, config: { workers: 4 } }
  )
)

// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What a callee says in a call becomes the next call, or the last word: from the transcript as each provider sends it, to the
// dial. And when it has been read, it is gone.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { CALLEE } from './lib/acme.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually, moment, span } from './lib/time.mjs'

const policy = (gateway, acme, overrides) => gateway.put(`/v1/workspaces/${acme.workspace.id}/policy`, overrides)

/** Who takes the call and says this, in the words of each provider's simulator. lines: [who, what]. */
const SAYS = {
  retell: lines => ({
    script: 'answers',
    transcript: lines.map(([who, what]) => `${who === 'agent' ? 'Agent' : 'User'}: ${what} \n`).join('')
  }),
  vapi: lines => ({ script: 'answers', turns: lines.map(([who, what]) => [who === 'agent' ? 'bot' : 'user', what]) }),
  bland: lines => ({ script: 'answers', said: lines.map(([who, what]) => [who === 'agent' ? 'assistant' : 'user', what]) })
}
const says = (...lines) => SAYS.retell([['agent', 'Hello, this is Acme Dental.'], ...lines])

test('tomorrow at ten past four', async t => {
  for (const provider of Object.keys(SAYS)) {
    await t.test(
      provider,
      scenario(
        async ({ sim, clock, acme }) => {
          const lines = [
            ['agent', 'Hello, this is Acme Dental.'],
            ['user', "I'm driving, call me tomorrow at ten past four please."],
            ['agent', 'Tomorrow at ten past four it is.'],
            ['user', 'Thanks, bye.']
          ]
          sim.cast('*', SAYS[provider](lines), 'answers')
          const call = await acme.place()
          const at = moment('2027-03-02 16:10 America/Los_Angeles')
          const row = await acme.scheduled(call.callback_id, { attempt: 2, reason: 'callback_requested' })
          assert.equal(Date.parse(row.due_at), at)
          assert.ok(row.confidence >= 40 && !row.flagged, JSON.stringify(row))
          await clock.set(at + 1000)
          await eventually(() => acme.dials.length === 2, 'it was dialled')
        },
        { provider }
      )
    )
  }
})

test(
  'a time that was named is kept in quiet hours, and who asked for it is kept with it',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', says(['user', 'Call me back tonight at ten past nine p.m., I work late.']), 'answers')
    const call = await acme.place()
    const at = moment('2027-03-01 21:10 America/Los_Angeles')
    const row = await acme.scheduled(call.callback_id, { attempt: 2 })
    assert.equal(Date.parse(row.due_at), at)
    assert.equal(row.explicit, true)
    const [kept] = await gateway.sql(
      `SELECT chain_root_id, callback_id, octet_length(detail) AS bytes, extract(days FROM expires_at - created_at)::int AS days FROM evidence`
    )
    assert.deepEqual([kept.chain_root_id, kept.callback_id], [call.callback_id, row.id])
    assert.ok(kept.bytes > 200 && kept.days > 300, JSON.stringify(kept))
    const [wall] = await gateway.sql('SELECT wall_ms, wall_zone, zone_data FROM callbacks WHERE callback_id = $1', [row.id])
    assert.deepEqual([wall.wall_ms, wall.wall_zone], [Date.parse('2027-03-01T21:10Z'), 'America/Los_Angeles'])
    assert.match(wall.zone_data, /^20\d\d[a-z]/)
    await clock.set(at + 1000)
    await eventually(() => acme.dials.length === 2, 'it was dialled')
  })
)

test(
  'the provider fails at the time that was named: it is the same request within half an hour, and none after that',
  scenario(async ({ gateway, retell, clock, acme }) => {
    const fails = { script: 'telephony_provider_unavailable' }
    retell.cast('*', says(['user', 'Call me back tonight at ten past nine p.m., I work late.']), fails, fails, fails, fails, fails)
    const call = await acme.place()
    const { id } = await acme.scheduled(call.callback_id, { attempt: 2 })
    const at = moment('2027-03-01 21:10 America/Los_Angeles')
    const [{ evidence_id: evidence }] = await gateway.sql('SELECT evidence_id FROM callbacks WHERE callback_id = $1', [id])
    const again = n =>
      eventually(async () => {
        const [row] = await gateway.sql(
          'SELECT state, explicit, evidence_id, extract(epoch FROM due_at) * 1000 AS due, extract(epoch FROM first_due_at) * 1000 AS first, repeats FROM callbacks WHERE callback_id = $1',
          [id]
        )
        return row.state === 'scheduled' && row.repeats === n && row
      }, `repeat ${n} was scheduled`)
    await clock.set(at + 1000)
    for (const n of [1, 2, 3, 4]) {
      const row = await again(n)
      assert.deepEqual([row.explicit, row.evidence_id, Number(row.first)], [true, evidence, at], `repeat ${n}`)
      assert.ok(Number(row.due) <= at + span('30m'), new Date(Number(row.due)).toISOString())
      await clock.set(Number(row.due) + 1000)
    }
    // The time has gone by.
    const last = await again(5)
    assert.deepEqual([last.explicit, last.evidence_id, last.first], [false, null, null])
    assert.equal(Number(last.due), moment('2027-03-02 09:00 America/Los_Angeles'))
    assert.equal(acme.dials.length, 6)
  })
)

test(
  'without evidence no call in quiet hours',
  scenario(async ({ gateway, retell, acme }) => {
    await policy(gateway, acme, { callbacks: { evidence_days: 0 } })
    retell.cast('*', says(['user', 'Call me back tonight at ten past nine p.m., I work late.']))
    const call = await acme.place()
    await acme.scheduled(call.callback_id, { attempt: 2, at: moment('2027-03-02 09:00 America/Los_Angeles') })
    assert.equal((await gateway.sql('SELECT count(*)::int AS n FROM evidence'))[0].n, 0)
  })
)

test(
  'the agent proposes, the callee agrees; and another zone is another time',
  scenario(async ({ retell, acme }) => {
    const cases = [
      [
        ['agent', 'Would tomorrow at three in the afternoon suit you?'],
        ['user', 'Yes, that works.']
      ],
      [['user', "I'm in New York this week, call me tomorrow at 3 p.m. Eastern."]]
    ]
    const wanted = ['2027-03-02 15:00 America/Los_Angeles', '2027-03-02 15:00 America/New_York']
    for (const [n, lines] of cases.entries()) {
      const to = `+1213555020${n}`
      retell.cast(to, says(...lines))
      const call = await acme.place({ to })
      const row = await acme.scheduled(call.callback_id, { attempt: 2, reason: 'callback_requested' })
      assert.equal(row.due_at, new Date(moment(wanted[n])).toISOString())
    }
  })
)

test(
  'a refusal in speech is the last word, and ends all that waits',
  scenario(async ({ gateway, retell, clock, acme }) => {
    retell.cast('*', 'no_answer', says(['user', 'Tomorrow at nine. Actually no, take me off your list and never call me again.']))
    const call = await acme.place()
    const second = await acme.scheduled(call.callback_id, { attempt: 2 })
    const waiting = await acme.place({ schedule_at: new Date(clock.now() + span('5h')).toISOString() })
    await clock.set(Date.parse(second.due_at) + 1000)
    const last = await acme.latest(call.callback_id, 'completed')
    assert.equal(last.end_reason, 'do_not_call')
    assert.equal((await acme.callback(waiting.callback_id)).state, 'suppressed')
    const [one] = await gateway.list('/v1/suppressions')
    assert.equal(one.source, 'speech')
    assert.equal((await acme.request({ to_number: CALLEE })).body.code, 'suppressed')
  })
)

test(
  'what is not sure enough waits the usual time, and says so',
  scenario(async ({ gateway, retell, clock, acme }) => {
    await policy(gateway, acme, { callbacks: { min_confidence: 99 } })
    retell.cast('*', says(['user', 'Hmm, maybe call me some time tomorrow afternoon.']))
    const call = await acme.place()
    const end = clock.now()
    const row = await acme.scheduled(call.callback_id, { attempt: 2, at: end + span('2h'), reason: 'callback_requested' })
    assert.equal(row.flagged, true)
  })
)

test(
  'speech is not read where the policy says so',
  scenario(async ({ gateway, retell, acme }) => {
    await policy(gateway, acme, { callbacks: { speech: false } })
    retell.cast('*', says(['user', 'Call me tomorrow at ten past four.']))
    const call = await acme.place()
    await acme.latest(call.callback_id, 'completed')
  })
)

test('when it has been read it is gone', async t => {
  // What cannot be compressed shows in the size of what is sealed.
  const said = () => randomBytes(15000).toString('hex')
  const sizes = gateway =>
    gateway.sql('SELECT (SELECT max(octet_length(detail)) FROM call) AS calls, (SELECT max(octet_length(body)) FROM inbox) AS events')
  const settled = gateway =>
    eventually(
      async () =>
        (await gateway.sql("SELECT count(*)::int AS n FROM inbox WHERE state = 'pending'"))[0].n +
          (await gateway.sql("SELECT count(*)::int AS n FROM due WHERE kind IN ('decide', 'follow')"))[0].n ===
        0,
      'all was decided'
    )
  for (const transcripts of [false, true]) {
    await t.test(
      transcripts ? 'unless the policy keeps it' : 'from the inbox and the call',
      scenario(async ({ gateway, retell, acme }) => {
        await policy(gateway, acme, { retention: { transcripts } })
        retell.cast('*', says(['user', said()], ['user', 'Call me tomorrow at ten past four.']))
        const call = await acme.place()
        await acme.scheduled(call.callback_id, { attempt: 2 })
        await retell.webhooks.idle()
        await settled(gateway)
        const [{ calls, events }] = await sizes(gateway)
        assert.ok(events < 2000, `an event of ${events} bytes`)
        assert.ok(transcripts ? calls > 14000 : calls < 2000, `a call of ${calls} bytes`)
        // Told once more, it is not kept either.
        retell.resend([...retell.calls.keys()][0])
        await retell.webhooks.idle()
        await settled(gateway)
        assert.deepEqual(await sizes(gateway), [{ calls, events }])
      })
    )
  }
})

test('the recording’s address is kept where the policy says so', async t => {
  for (const recordings of [false, true]) {
    await t.test(
      recordings ? 'kept' : 'not kept',
      scenario(async ({ gateway, retell, acme }) => {
        await policy(gateway, acme, { retention: { recordings } })
        retell.cast('*', 'answers')
        const call = await acme.place()
        await acme.latest(call.callback_id, 'completed')
        await retell.webhooks.idle()
        const [{ recording_url }] = (await gateway.get(`/v1/calls?callback=${call.callback_id}`)).data
        if (recordings) assert.match(recording_url, /^https:/)
        else assert.equal(recording_url, null)
      })
    )
  }
})

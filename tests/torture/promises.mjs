// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What must hold after a round, whatever happened in it: docs/ring-once.md section 1. Rings are counted at the provider,
// everything else is asked of the database. Each violation is {promise, text, to}.
import { createHash } from 'node:crypto'
import { CAP } from './world.mjs'

const MINUTE = 60000
/** send_before, H and A of the Retell driver: a request that is accepted later than this after its intent breaks A2, not us. */
const ACCEPTED_MS = 5000 + 35000 + 60000

const intentAt = dial => parseInt(dial.replaceAll('-', '').slice(0, 12), 16)
const many = counts => Object.entries(counts).filter(([, n]) => n > 1)

/** The gateway's calls; those of people who call in are another matter. */
const placed = retell => [...retell.calls.values()].filter(one => one.direction === 'outbound')

/** A phone rings while another call to it still lasts. */
function overlaps(calls) {
  const found = []
  const of = Map.groupBy(calls, one => one.call.to_number)
  for (const [to, list] of of) {
    const rings = list.filter(one => one.rang).sort((a, b) => a.created_at - b.created_at)
    rings.forEach((one, i) => {
      if (i > 0 && one.created_at < rings[i - 1].until) found.push({ to, one, before: rings[i - 1] })
    })
  }
  return found
}

/** As the Retell driver names an event, and ingress hashes it. */
function dedup(workspace, letter) {
  const { event, call } = JSON.parse(letter.body)
  let name = `${event}:${call.call_id}`
  if (event === 'call_analyzed')
    // Two parts, a NUL between them: the second is a chat's analysis, of which a call has none.
    name += ':' + createHash('sha256').update(JSON.stringify(call.call_analysis)).update('\0').digest('hex').slice(0, 32)
  return createHash('sha256').update(Buffer.from(workspace.replaceAll('-', ''), 'hex')).update(name).digest('hex').slice(0, 32)
}

function ringOnce(round, broken) {
  const { retell } = round.world
  const calls = placed(retell)
  for (const [dial, n] of many(retell.rings.by_dial)) broken('P1', `dial ${dial} rang ${n} times`, { dial })
  for (const [attempt, n] of many(retell.rings.by_attempt)) {
    const [callback] = attempt.split('/')
    const to = calls.find(one => one.call.metadata?.sh_callback_id === callback)?.call.to_number
    broken('P1', `attempt ${attempt} rang ${n} times`, { to })
  }
  for (const { to, before } of overlaps(calls))
    broken('P1', `${to} rang while it still talked to ${before.call.call_id}`, { to })
}

/** Of the calls that the provider made. A call counts from its intent, whose time is in its dial's id. */
function capped(round, broken) {
  for (const [to, list] of Map.groupBy(placed(round.world.retell), one => one.call.to_number)) {
    const began = list.map(one => intentAt(one.call.metadata?.sh_dial_id ?? 'ffffffffffff')).sort((a, b) => a - b)
    for (let i = CAP.calls; i < began.length; i++)
      if (began[i] - began[i - CAP.calls] < CAP.within_ms)
        broken('P6', `${to} was called ${CAP.calls + 1} times within ${began[i] - began[i - CAP.calls]} ms`, { to })
  }
}

async function ended(round, broken, rows) {
  for (const one of await rows(
    `SELECT callback_id AS id, chain_root_id AS root, state FROM callbacks
      WHERE state NOT IN ('completed', 'cancelled', 'suppressed', 'expired', 'parked')`
  ))
    broken('P2', `callback ${one.id} is ${one.state} for ever`, { root: one.root })
  for (const one of await rows(`SELECT dial_id AS id, state FROM live_dial WHERE state NOT IN ('parked', 'closed')`))
    broken('P2', `dial ${one.id} is ${one.state} for ever`, { dial: one.id })
  for (const one of await rows(
    `SELECT c.callback_id AS id, c.chain_root_id AS root FROM callbacks c
      WHERE c.state = 'parked' AND NOT EXISTS (SELECT FROM live_dial l WHERE l.callback_id = c.callback_id AND l.state = 'parked')`
  ))
    broken('P2', `callback ${one.id} is parked without a dial`, { root: one.root })
  const [sum] = await rows(
    `SELECT (SELECT count(*) FROM callbacks c WHERE c.state = 'scheduled'
              AND NOT EXISTS (SELECT FROM due d WHERE d.kind = 'dial' AND d.id = c.callback_id)) AS lost,
            (SELECT count(*) FROM due d WHERE d.kind = 'dial'
              AND NOT EXISTS (SELECT FROM callbacks c WHERE c.callback_id = d.id AND c.state = 'scheduled')) AS orphans,
            (SELECT count(*) FROM due) AS due`
  )
  if (sum.lost || sum.orphans || sum.due) broken('P2', `the books do not balance: ${JSON.stringify(sum)}`, {})
}

/** Who ordered a call that nothing and nobody forbade has had it, or a person is asked. */
async function served(round, broken, rows) {
  const rang = round.world.retell.rings.by_number
  for (const { story, id } of round.orders) {
    // A cancel may have come through although its answer did not.
    if (rang[story.to] || story.act || story.decided || ['422', '400'].includes(story.fault)) continue
    const states = (await rows(`SELECT state FROM callbacks WHERE chain_root_id = '${id}'`)).map(one => one.state)
    if (!states.includes('parked')) broken('P2', `${story.to} was never called: ${states.join(', ') || 'the order is not there'}`, { to: story.to })
  }
}

/** No ring of an intent that was committed after a cancel or a suppression had been acknowledged. */
async function obeyed(round, broken, rows) {
  if (!round.acks.length) return
  const intents = await rows(
    `SELECT i.dial_id AS dial, c.chain_root_id AS root, extract(epoch FROM pg_xact_commit_timestamp(i.xmin)) * 1000 AS at
       FROM intents i JOIN callbacks c USING (bucket, tenant_id, callback_id) WHERE i.state = 'intent'`
  )
  const rang = new Map()
  for (const { call, rang: did } of placed(round.world.retell)) if (did) rang.set(call.metadata?.sh_dial_id, call)
  for (const ack of round.acks)
    for (const one of intents) {
      const call = rang.get(one.dial)
      const same = ack.what === 'cancel' ? one.root === ack.root : call?.to_number === ack.story.to
      if (call && same && one.at > ack.at)
        broken('P3', `dial ${one.dial} rang ${Math.round(one.at - ack.at)} ms after a ${ack.what} was acknowledged`, { dial: one.dial })
    }
}

async function paid(round, broken, rows) {
  const uncounted = new Set(
    placed(round.world.retell).filter(one => one.script.name === 'concurrency_limit_reached').map(one => one.call.metadata?.sh_dial_id)
  )
  for (const one of await rows(
    `SELECT i.dial_id AS dial, e.reserve, e.settle, e.refund, e.reversal, e.amount, l.state, i.why, i.closed
       FROM (SELECT dial_id, max(why) FILTER (WHERE state = 'decided') AS why, bool_or(state = 'closed') AS closed FROM intents GROUP BY dial_id) i
       LEFT JOIN (SELECT dial_id, count(*) FILTER (WHERE kind = 'reserve') AS reserve, count(*) FILTER (WHERE kind = 'settle') AS settle,
                         count(*) FILTER (WHERE kind = 'refund') AS refund, count(*) FILTER (WHERE kind = 'reversal') AS reversal, sum(amount)::int AS amount
                    FROM ledger GROUP BY dial_id) e USING (dial_id)
       LEFT JOIN live_dial l USING (dial_id)`
  )) {
    const what = JSON.stringify(one)
    if (one.reserve !== 1) broken('P4', `a dial is reserved other than once: ${what}`, one)
    else if (one.settle + one.refund - one.reversal === 0 && one.state !== 'parked')
      broken('P4', `a dial that nobody parked holds its reserve: ${what}`, one)
    else if (one.settle + one.refund > 0 && one.state === 'parked') broken('P4', `a parked dial holds nothing: ${what}`, one)
    else if (one.reversal > one.refund || one.settle > 1 || one.refund > 1)
      broken('P4', `a dial is settled and refunded: ${what}`, one)
    else if (one.amount !== -1 && one.amount !== 0) broken('P4', `a dial costs other than one or nothing: ${what}`, one)
    else if (one.amount === -1 && one.why === 'technical_error' && !one.closed && uncounted.has(one.dial))
      broken('P4', `a dial is paid for that was not the callee's doing: ${what}`, one)
  }
  const [bad] = await rows(
    `SELECT count(*) AS n FROM customer u WHERE u.balance <> coalesce((SELECT sum(amount) FROM ledger e WHERE e.customer_id = u.customer_id), 0)`
  )
  if (bad.n) broken('P4', "a customer's balance is not the sum of the ledger", {})
}

/** What was answered with 2xx is there and has been processed; and a phone that rang is not booked as one that did not. */
async function heard(round, broken, rows) {
  const { retell, acme } = round.world
  const there = new Map(
    (await rows(`SELECT encode(dedup, 'hex') AS dedup, state, error, day - lag(day) OVER (PARTITION BY dedup ORDER BY day) AS since FROM inbox ORDER BY day`)).map(one => [one.dedup, one])
  )
  for (const letter of retell.webhooks.log) {
    if (!letter.attempts.some(one => one.status >= 200 && one.status < 300)) continue
    const one = there.get(dedup(acme.workspace.id, letter))
    if (!one) broken('P5', `${letter.event} of ${letter.id} was answered with 2xx and is not there`, { call: letter.id })
  }
  for (const one of there.values()) {
    if (one.state !== 'processed') broken('P5', `an event is ${one.state}: ${one.error}`, {})
    // Keys are compared with those of the same day and of the day before. Who slept over midnight writes, when it wakes, into the
    // day before what another has stored today: it has its effect once, as all processing does.
    if (one.since !== null && one.since <= 1 && !round.world.sleptOverMidnight) broken('P5', 'an event is stored twice', {})
  }
  const rang = placed(retell).filter(one => one.rang).map(one => one.call.metadata?.sh_dial_id)
  for (const one of await rows(
    `SELECT DISTINCT ON (dial_id) dial_id AS dial, state FROM intents
      ORDER BY dial_id, at DESC, array_position(ARRAY['decided', 'ended', 'closed', 'placed'], state)`
  ))
    if (one.state === 'not_placed' && rang.includes(one.dial))
      broken('P5', `dial ${one.dial} rang and is booked as not placed`, one)
  const dialled = new Set((await rows('SELECT DISTINCT dial_id AS dial FROM intents')).map(one => one.dial))
  for (const dial of rang) if (!dialled.has(dial)) broken('P5', `dial ${dial} rang and is not in the log`, { dial })
}

/** Nobody died of a fault of its own: only of what was done to it. */
function sound(round, broken) {
  for (const line of round.world.gateway.log().slice(round.logged)) {
    if (/Sanitizer|runtime error:|assert/i.test(line)) broken('P0', line, {})
    if (/"event":"(worker|keyholder)\.died"/.test(line) && !/"how":"signal 9 /.test(line)) broken('P0', line, {})
  }
}

/** {broken: [{promise, text, …}], void: why nothing can be said of this round, if so} */
export async function promises(round) {
  const found = []
  const broken = (promise, text, about) => found.push({ promise, text, ...about })
  const rows = question => round.world.wire.rows(question)
  sound(round, broken)
  ringOnce(round, broken)
  capped(round, broken)
  await ended(round, broken, rows)
  await served(round, broken, rows)
  await obeyed(round, broken, rows)
  await paid(round, broken, rows)
  await heard(round, broken, rows)
  // With an authoritative list A2 is needed: that this machine kept it is looked at, not assumed.
  const late = placed(round.world.retell).find(
    ({ call, created_at: at }) => at - intentAt(call.metadata?.sh_dial_id ?? 'ffffffffffff') > ACCEPTED_MS + (round.plan.list ? 0 : 60 * MINUTE)
  )
  return { broken: found, void: late && found.length ? `a request took too long on this machine: ${late.call.call_id}` : null }
}

/** The round for people: what was planned, what came by, what the log of intents and the provider say about one callee. */
export async function storyOf(round, { to, dial, root, call }) {
  const { retell, wire } = round.world
  const calls = placed(retell)
  to ??= calls.find(one => one.call.metadata?.sh_dial_id === dial || one.call.call_id === call)?.call.to_number
  root ??= round.orders.find(one => one.story.to === to)?.id
  if (!root && dial)
    root = (await wire.rows(`SELECT c.chain_root_id AS root FROM intents i JOIN callbacks c USING (callback_id) WHERE i.dial_id = '${dial}' LIMIT 1`))[0]?.root
  const story = round.plan.stories.find(one => one.to === to) ?? round.orders.find(one => one.id === root)?.story
  const lines = [`planned: ${JSON.stringify(story)}`]
  if (root)
    for (const one of await wire.rows(
      `SELECT i.at, i.dial_id, i.state, i.why, c.attempt, pg_xact_commit_timestamp(i.xmin) AS committed
         FROM intents i JOIN callbacks c USING (bucket, tenant_id, callback_id) WHERE c.chain_root_id = '${root}' ORDER BY i.at, committed`
    ))
      lines.push(`intent ${one.at.slice(8, 23)} attempt ${one.attempt} ${one.dial_id} ${one.state} ${one.why ?? ''}`)
  if (root)
    for (const one of await wire.rows(
      `SELECT callback_id, attempt, state, end_reason, epoch, last_dial, cancel_requested_at FROM callbacks WHERE chain_root_id = '${root}' ORDER BY attempt`
    ))
      lines.push(`callback ${JSON.stringify(one)}`)
  for (const one of retell.requests)
    if (one.route === 'create_phone_call' ? one.body?.to_number === (story?.to ?? to) : dial && one.raw?.includes(dial))
      lines.push(
        `provider ${new Date(one.at).toISOString().slice(8, 23)} ${one.route} ${one.status ?? '-'} ${one.fault ?? ''} ${one.body?.metadata?.sh_dial_id ?? ''}`
      )
  for (const one of calls)
    if (one.call.to_number === (story?.to ?? to))
      lines.push(
        `call ${new Date(one.created_at).toISOString().slice(8, 23)} ${one.call.call_id} dial ${one.call.metadata?.sh_dial_id} ${one.script.name}${one.rang ? ', rang' : ''}${one.hidden ? ', never listed' : ''}`
      )
  for (const one of retell.webhooks.log)
    if (one.to === (story?.to ?? to))
      lines.push(`webhook ${one.event} ${one.withheld ? 'withheld' : one.attempts.map(a => `${new Date(a.at).toISOString().slice(8, 23)}=${a.status ?? a.error}`).join(' ')}`)
  return [...lines, ...round.log.map(one => 'round ' + one), ...round.world.gateway.log().slice(-15)]
}

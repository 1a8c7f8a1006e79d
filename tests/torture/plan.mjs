// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What a round plays, drawn from its seed before it begins. A round has some stories at once, each with a callee of its
// own; a story is one schedule: a failpoint and what is to happen there, what the provider does wrong, what the people do.
import { FAILPOINTS } from '../scenarios/lib/failpoints.mjs'
import { Chance } from './chance.mjs'

export const STORIES = 20
export const ACTS = ['kill', 'stop', 'drop', 'delay']
/** Those that must be seen in the table of what was covered. */
export const MUST = ['kill', 'stop', 'drop']
/** Those of T13, which takes its time by leases of its own, and of the spool have tests of their own. */
export const NAMES = FAILPOINTS.map(one => one.name).filter(name => !/^(merge|spool)\./.test(name))

const MINUTE = 60000
// Each is within what docs/ring-once.md assumes of a provider (A, L, M); what is not would ring twice by right.
const LOST = ['accept_drop_answer', 'accept_then_500', 'accept_then_429', 'accept_after', 'accept_garbled', 'reset_after_first_byte']
const NOTHING = ['refuse_before_accept', '429', '500']
const REFUSED = ['422', '400']

const HUMANS = {
  answers: 50,
  no_answer: 15,
  voicemail: 8,
  asks_for_callback: 6,
  busy: 5,
  talks_long: 5,
  declines: 4,
  do_not_call: 4,
  silent: 3,
  concurrency_limit_reached: 3
}
const human = name => (name === 'talks_long' ? { script: 'answers', duration_ms: 100 * MINUTE } : name)

const parks = (chance, list) => ({
  fault: chance.one(list ? LOST : [...LOST, ...NOTHING]),
  hooks: chance.one(['never', 'never', 'held']),
  lists: list || chance.maybe(0.5) ? 'never answer' : 'empty'
})

/** What a failpoint needs in order to be passed at all. */
const NEEDS = {
  'placed.': () => ({ fault: null }),
  'notplaced.': (chance, list) => ({ fault: chance.one(list ? [...REFUSED, ...NOTHING] : REFUSED), act: null }),
  'ambiguous.': chance => ({ fault: chance.one([...LOST, ...NOTHING]) }),
  'look.before': chance => ({ fault: chance.one(['accept_drop_answer', 'accept_then_500', 'accept_garbled']), hooks: 'never', lists: 'in time' }),
  'look.': chance => ({ fault: chance.one([...LOST, ...NOTHING]), hooks: 'never' }),
  'watch.': () => ({ fault: null, hooks: 'never', act: null }),
  'park.': parks,
  'person.close': (chance, list) => ({ ...parks(chance, list), parked: 'close', act: null }),
  'person.again': (chance, list) => ({ ...parks(chance, list), parked: 'again', act: null }),
  'cancel.': chance => ({ act: 'cancel', step: chance.int(0, 5), order: 'later' }),
  'suppress.': chance => ({ act: 'suppress', step: chance.int(0, 5) }),
  'follow.': chance => ({ act: 'call in', step: chance.int(0, 5) }),
  'sweep.': () => ({ before: 'intent.committed' }),
  'claim.': () => ({ order: 'later' })
}
const RARE = ['look.', 'watch.', 'park.', 'person.', 'cancel.', 'suppress.', 'follow.', 'sweep.', 'notplaced.', 'ambiguous.']

function story(chance, list, { name, act }, n, to) {
  const fault = chance.weighed({ none: 55, lost: 25, nothing: list ? 6 : 3, refused: 6, hook_before_answer: 8 })
  const drawn = {
    n,
    to,
    name,
    does: act,
    nth: RARE.some(one => name.startsWith(one)) ? 1 : chance.int(1, 4),
    ms: chance.int(20, 250),
    // How long a process stays stopped, by the told clock: past its lease, or far past it.
    stopped: chance.one([61000, 61000, 5 * MINUTE, 25 * MINUTE, 180 * MINUTE]),
    order: chance.maybe(0.6) ? 'now' : 'later',
    twin: chance.maybe(0.15),
    fault: { none: null, lost: chance.one(LOST), nothing: chance.one(NOTHING), refused: chance.one(REFUSED) }[fault] ?? null,
    late: chance.int(1000, 55000), // of accept_after
    hooks: chance.weighed({ come: 65, never: 10, held: 12, twice: 8, unknown_dial: 5 }),
    released: chance.int(3, 60), // the step at which what was held comes: before, while or after it is parked
    lists: 'in time',
    humans: [human(chance.weighed(HUMANS)), human(chance.weighed(HUMANS)), 'answers'],
    act: chance.weighed({ none: 60, cancel: 18, suppress: 12, 'call in': 10 }),
    step: chance.int(0, 14),
    parked: chance.one(['leave', 'close', 'again'])
  }
  if (fault === 'hook_before_answer') drawn.fault = fault
  const needs = Object.keys(NEEDS).find(one => name.startsWith(one))
  Object.assign(drawn, needs && NEEDS[needs](chance, list))
  if (drawn.act === 'none') drawn.act = null
  // A pause between the last look at the clock and the first byte is not closed (section 7): it must end before the list's word counts.
  if (name === 'send.after_hook') drawn.stopped = list ? 62000 : Math.min(drawn.stopped, 25 * MINUTE)
  return drawn
}

/** The nth round of a seed. list: is the driver's list authoritative? */
export function planRound(seed, round, { only, stories = STORIES } = {}) {
  const chance = new Chance(seed, round)
  const names = only ? NAMES.filter(one => one === only) : NAMES
  const deck = names.flatMap(name => ACTS.map(act => ({ name, act })))
  const list = round % 2 === 0
  const dealt = Array.from({ length: stories }, (_, i) => {
    const at = round * stories + i
    return new Chance(seed, 'deck', Math.floor(at / deck.length)).shuffled(deck)[at % deck.length]
  })
  return {
    seed,
    round,
    list,
    list_lag_ms: chance.one([0, 0, MINUTE, 14 * MINUTE]),
    stories: dealt.map((one, n) =>
      story(chance, list, one, n, '+1213' + String((round * stories + n) % 10000000).padStart(7, '0'))
    ),
    // Deaths that no failpoint names, at some step of the round.
    mishaps: ['worker', 'keyholder', 'master', 'backend', 'postmaster']
      .filter((_, i) => chance.maybe([0.2, 0.06, 0.05, 0.06, 0.03][i]))
      .map(what => ({ what, step: chance.int(0, 10), ms: chance.int(0, 60) }))
  }
}

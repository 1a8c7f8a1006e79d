// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Checks the expectations of the corpus without the reader: the instant of each case is worked out from the local time that
// a person wrote, by Node's tables of time zones. A minute that is skipped moves forward, of one that comes twice the
// first counts.
//
//   node tests/spoken/instants.mjs [--write] [FILE.jsonl ...]
//
// With --write missing instants are filled in; a wrong one is told, never overwritten.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const INTENTS = ['callback', 'callback_no_time', 'refused', 'none']
const formats = new Map()

function format(zone) {
  if (!formats.has(zone)) {
    const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }
    formats.set(zone, new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', ...numeric }))
  }
  return formats.get(zone)
}

/** Milliseconds that `zone` is ahead of UTC at an instant; `zone` may be "+05:30" too. */
export function offsetAt(zone, ms) {
  const fixed = /^([+-])(\d\d):(\d\d)$/.exec(zone)
  if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * 60 + Number(fixed[3])) * 60e3
  const parts = format(zone).formatToParts(ms)
  const p = Object.fromEntries(parts.map(part => [part.type, Number(part.value)]))
  return Date.UTC(p.year, p.month - 1, p.day, p.hour, p.minute, p.second) - ms
}

/** The instant of "YYYY-MM-DD HH:MM[:SS]" in a zone, as ISO 8601 in UTC. */
export function instantOf(local, zone) {
  const wall = Date.parse(`${local.replace(' ', 'T')}${local.length === 16 ? ':00' : ''}Z`)
  const offsets = [offsetAt(zone, wall - 86400e3), offsetAt(zone, wall + 86400e3)]
  const hits = offsets.map(offset => wall - offset).filter(ms => offsetAt(zone, ms) === wall - ms)
  // A minute that is skipped has no hit: read by the offset from before the change it moves forward by the gap.
  return new Date(hits.length ? Math.min(...hits) : wall - offsets[0]).toISOString().replace('.000Z', 'Z')
}

function* faultsOfTime({ expect, now, tz }) {
  const due = instantOf(expect.local, expect.in ?? tz)
  if (expect.instant !== due) yield `instant ${expect.instant}, by the table ${due}`
  if (Date.parse(due) <= Date.parse(now)) yield `${due} is not after now`
}

/** "said Tue, call Thu" beside the calendar. */
function* faultsOfNote({ note, expect, now, tz }) {
  const ms = Date.parse(now)
  const said = DAYS[new Date(ms + offsetAt(tz, ms)).getUTCDay()]
  const call = expect.local && DAYS[new Date(`${expect.local.slice(0, 10)}T00:00Z`).getUTCDay()]
  const due = call ? `said ${said}, call ${call}` : `said ${said}`
  if (note !== due) yield `note "${note}", by the calendar "${due}"`
}

function* faults(c) {
  if (!c.id || (c.text === undefined) === (c.transcript === undefined)) yield 'needs an id, and text or transcript'
  const [offset] = /[+-]\d\d:\d\d$/.exec(c.now) ?? []
  const now = Date.parse(c.now)
  if (!offset || offsetAt(c.tz, now) !== offsetAt(offset, now)) yield `now ${c.now} is not a time of ${c.tz}`
  if (!INTENTS.includes(c.expect.intent) || (c.expect.intent === 'callback') !== (c.expect.local !== undefined))
    yield 'a local time belongs to the intent callback, and to no other'
  if (c.expect.local !== undefined) yield* faultsOfTime(c)
  if (c.note !== undefined) yield* faultsOfNote(c)
}

/** The files named, or all of the corpus. */
export function files(named) {
  if (named.length) return named
  const here = dirname(fileURLToPath(import.meta.url))
  const names = readdirSync(here).filter(name => name.endsWith('.jsonl'))
  return names.sort().map(name => join(here, name))
}

export function read(file) {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter(line => line !== '').map(line => JSON.parse(line))
}

/** "file: id: what is wrong" of each slip in the expectations. */
export function slips(paths) {
  const ids = new Set()
  const all = []
  for (const path of paths)
    for (const c of read(path)) {
      const found = [...faults(c)]
      if (ids.has(c.id)) found.push('the id is there twice')
      ids.add(c.id)
      all.push(...found.map(fault => `${path}: ${c.id}: ${fault}`))
    }
  return { count: ids.size, all }
}

/** Fills in the instants that are missing. One that is wrong is told by slips(), never overwritten. */
function fill(path) {
  const cases = read(path)
  for (const { tz, expect } of cases)
    if (expect?.local !== undefined) expect.instant ??= instantOf(expect.local, expect.in ?? tz)
  writeFileSync(path, cases.map(c => JSON.stringify(c) + '\n').join(''))
}

function main(args) {
  const paths = files(args.filter(a => a !== '--write'))
  if (args.includes('--write')) paths.forEach(fill)
  const { count, all } = slips(paths)
  for (const slip of all) console.error(slip)
  console.log(`${count} cases in ${paths.length} files, ${all.length} slips`)
  return all.length ? 1 : 0
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2))

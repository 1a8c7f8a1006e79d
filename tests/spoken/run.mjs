// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Puts the corpus before the reader of spoken times and tells how often it reads what a person reads.
//
//   node tests/spoken/run.mjs --switchhook PROGRAM [--all] [FILE.jsonl ...]
//
// Each failure is told with what was expected and what was found; with --all the doubtful cases too, which are not counted.
import { spawnSync } from 'node:child_process'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { files, read } from './instants.mjs'

/** What the reader is given of a case: nothing of what is expected. */
function question({ expect, rule, doubt, note, ...given }) {
  return JSON.stringify(given)
}

/** The reader's answers by id. */
export function answers(program, cases) {
  const input = cases.map(c => question(c) + '\n').join('')
  const run = spawnSync(program, ['policy', 'callback-time', '--jsonl'], { input, encoding: 'utf8', maxBuffer: 1 << 28 })
  if (run.status !== 0) throw new Error(`${program} policy callback-time: ${run.error ?? run.stderr}`)
  const lines = run.stdout.split('\n').filter(line => line !== '')
  return new Map(lines.map(line => JSON.parse(line)).map(answer => [answer.id, answer]))
}

export function fits({ expect }, answer) {
  if (answer?.intent !== expect.intent) return false
  return expect.intent !== 'callback' || Date.parse(answer.instant) === Date.parse(expect.instant)
}

/** How many cases of each file count, how many of them fit, and those that do not. */
export function measure(program, paths) {
  return paths.map(path => {
    const cases = read(path)
    const found = answers(program, cases)
    const wrong = cases.filter(c => !fits(c, found.get(c.id)))
    const counted = cases.filter(c => !c.doubt).length
    return { path, counted, right: counted - wrong.filter(c => !c.doubt).length, wrong, found }
  })
}

/** One failure in words. */
export function tell(c, answer) {
  const due = c.expect.local ? `${c.expect.local} ${c.expect.in ?? c.tz} = ${c.expect.instant}` : c.expect.intent
  const got = answer ? `${answer.intent} ${answer.instant ?? ''} confidence ${answer.confidence}` : 'no answer'
  const said = c.text ?? '\n    ' + c.transcript.replaceAll('\n', '\n    ')
  return `${c.id} [${c.rule}]${c.doubt ? ' (doubtful)' : ''} ${c.note ?? ''}, now ${c.now} ${c.tz}: ${said}\n  expected ${due}\n  found    ${got}`
}

function main() {
  const options = { switchhook: { type: 'string', default: 'switchhook' }, all: { type: 'boolean' } }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const results = measure(values.switchhook, files(positionals))
  for (const { wrong, found } of results)
    for (const c of wrong) if (values.all || !c.doubt) console.log(tell(c, found.get(c.id)))
  for (const { path, counted, right } of results) console.log(`${basename(path, '.jsonl')}: ${right} of ${counted}`)
  const sum = key => results.reduce((total, result) => total + result[key], 0)
  console.log(`all: ${sum('right')} of ${sum('counted')}`)
  return sum('right') === sum('counted') ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main()

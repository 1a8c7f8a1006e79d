// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What it costs to read a call for the time that was asked for: transcripts of 2 KiB and 20 KiB, put together from the corpus's
// calls, beside chrono-node, which finds dates in English text and knows nothing of who said them. Microseconds of CPU a transcript:
// `--jsonl` over many of them less the same over few, so that the start falls out; the JSON around it is counted.
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { goal } from '../lib/goals.mjs'
import { digits, markdown, median, spread } from '../lib/report.mjs'
import { installed } from '../../tests/scenarios/lib/place.mjs'

const SIZES = [2048, 20480]
const FEW = 200
const FOLDER = join(import.meta.dirname, '../../tests/spoken')
const PEER = join(import.meta.dirname, '../peers/spoken/chrono.mjs')

/** All lines of the corpus's calls and answers, over and over, so that no two transcripts are alike. */
function* lines() {
  const all = readdirSync(FOLDER)
    .filter(name => name.endsWith('.jsonl'))
    .flatMap(name => readFileSync(join(FOLDER, name), 'utf8').trim().split('\n'))
    .map(line => JSON.parse(line))
    .filter(one => one.expect.intent !== 'refused')
    .flatMap(one => (one.transcript ?? `Agent: When shall we call?\nUser: ${one.text}`).split('\n'))
  for (;;) yield* all
}

function transcripts(bytes, n) {
  const from = lines()
  return Array.from({ length: n }, () => {
    let text = ''
    while (text.length < bytes) text += from.next().value + '\n'
    return text.slice(0, bytes)
  })
}

const questions = texts =>
  texts
    .map((transcript, id) => JSON.stringify({ id, transcript, now: '2026-06-16T10:05:00-04:00', tz: 'America/New_York' }) + '\n')
    .join('')

/** Microseconds of CPU of a program that reads questions. */
function cpu(program, args, input) {
  const run = spawnSync('/usr/bin/env', ['bash', '-c', 'TIMEFORMAT="%U %S"; time "$@" >/dev/null', 'bash', program, ...args], { input, encoding: 'utf8', maxBuffer: 1 << 28 })
  const [user, system] = run.stderr.trim().split('\n').at(-1).split(' ').map(Number)
  if (run.status !== 0 || !Number.isFinite(user + system)) throw new Error(`${program}: ${run.stderr}`)
  return (user + system) * 1e6
}

const per = (program, args, texts) => (cpu(program, args, questions(texts)) - cpu(program, args, questions(texts.slice(0, FEW)))) / (texts.length - FEW)

export async function measure(o) {
  const { program } = installed()
  const rows = []
  const goals = []
  for (const size of SIZES) {
    // A second or so of the peer's.
    const texts = transcripts(size, FEW + Math.round((o.seconds * 2e6) / size / 4))
    const mine = [], theirs = []
    for (let round = 0; round < o.rounds; round++) {
      mine.push(per(program, ['policy', 'callback-time', '--jsonl'], texts))
      theirs.push(per(process.execPath, [PEER], texts))
      o.record('spoken', { size, mine: mine.at(-1), chrono: theirs.at(-1) })
    }
    o.say(`spoken, ${size} bytes`)
    rows.push([size, spread(mine), spread(theirs, 0), digits(median(theirs) / median(mine), 0)])
    const long = size > 4096
    goals.push(goal(long ? 'issue' : 'aim', `a transcript of ${size} bytes read`, { most: long ? 1000 : 50, value: median(mine), unit: 'us' }))
  }
  return { text: `## Spoken times\n\n${markdown(['bytes', 'switchhook us', 'chrono-node us', 'times'], rows)}`, goals }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The crash matrix: thousands of small catastrophes, and the promises of docs/ring-once.md after each of them.
//
//   SWITCHHOOK_PREFIX=… node tests/torture/main.mjs --schedules 2000
//
//   --seed WORD        what is drawn; printed with every violation
//   --schedules N      goes on until so many have fired
//   --minutes N        … or this time is over, which is a failure
//   --only NAME        one failpoint
//   --round N --times K   plays one round of the seed again, K times
//   --stories N        schedules of one round; part of what --round needs to be the same
//   --lanes N          rounds at once
//   --progress FILE    goes on where an earlier run ended, and notes how far it came
//   --self-test        breaks each promise on purpose and expects to be told
//   --help             this
import { fork } from 'node:child_process'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { MUTATIONS } from './mutations.mjs'
import { MUST, NAMES, STORIES } from './plan.mjs'

const { values: given } = parseArgs({
  options: Object.fromEntries(
    ['seed', 'schedules', 'minutes', 'only', 'round', 'times', 'stories', 'lanes', 'progress']
      .map(name => [name, { type: 'string' }])
      .concat(['self-test', 'help'].map(name => [name, { type: 'boolean' }]))
  )
})
if (given.help) {
  const text = readFileSync(import.meta.filename, 'utf8')
  console.log(text.slice(text.indexOf('// The crash'), text.indexOf('import ')).replaceAll(/^\/\/ ?/gm, '').trimEnd())
  process.exit()
}
const number = (name, otherwise) => (given[name] === undefined ? otherwise : Number(given[name]))
const COVERING = 1000 // a run of so many must have fired every failpoint in every way
const VIOLATIONS = 5 // so many are told, then it ends

class Lanes {
  #idle = []
  #waiting = []
  constructor(n) {
    this.lanes = Array.from({ length: n }, () => fork(join(import.meta.dirname, 'lane.mjs'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }))
    // One kind of driver each, as a world serves one.
    this.#idle = this.lanes.map((child, i) => ({ child, kind: i % 2 }))
    this.kinds = n > 1 ? 2 : 1
  }

  async play(message, kind) {
    const lane = await new Promise(resolve => {
      this.#waiting.push({ resolve, kind })
      this.#match()
    })
    try {
      return await new Promise((resolve, reject) => {
        const gone = status => reject(new Error(`a lane of the matrix ended: ${status}`))
        lane.child.once('message', answer => {
          lane.child.off('exit', gone)
          resolve(answer)
        })
        lane.child.once('exit', gone)
        lane.child.send(message)
      })
    } finally {
      this.#idle.push(lane)
      this.#match()
    }
  }

  #match() {
    for (const one of [...this.#waiting]) {
      const lane = this.#idle.find(lane => this.kinds === 1 || lane.kind === one.kind)
      if (!lane) continue
      this.#idle.splice(this.#idle.indexOf(lane), 1)
      this.#waiting.splice(this.#waiting.indexOf(one), 1)
      one.resolve(lane)
    }
  }

  async end() {
    await Promise.all(
      this.lanes.map(child => {
        if (child.exitCode !== null || !child.connected) return undefined
        const gone = new Promise(resolve => child.once('exit', resolve))
        child.send({ end: true })
        return gone
      })
    )
  }
}

class Tally {
  constructor(file, fresh) {
    this.file = file
    const kept = file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
    Object.assign(
      this,
      { seed: fresh, next: 0, fired: 0, unfired: 0, rounds: 0, rings: 0, broken: 0, void: 0, seconds: 0, table: {}, mishaps: {}, missed: {} },
      kept
    )
    this.began = Date.now() - this.seconds * 1000
  }

  add(result) {
    this.rounds++
    if (result.void) this.void++
    else this.fired += result.fired.length
    this.unfired += result.unfired.length
    this.rings += result.rings
    this.broken += result.void ? 0 : result.stories.length
    for (const one of result.fired) this.table[one] = (this.table[one] ?? 0) + 1
    for (const one of result.unfired) this.missed[one] = (this.missed[one] ?? 0) + 1
    for (const one of result.mishaps) this.mishaps[one] = (this.mishaps[one] ?? 0) + 1
  }

  save() {
    this.seconds = Math.round((Date.now() - this.began) / 1000)
    if (!this.file) return
    const { file, began, ...rest } = this
    writeFileSync(file + '.new', JSON.stringify(rest, null, 1) + '\n')
    renameSync(file + '.new', file)
  }

  uncovered(names) {
    return names.flatMap(name => MUST.map(act => `${name}:${act}`)).filter(cell => !this.table[cell])
  }

  /** Rows: failpoints; columns: how often each action fired there. */
  print(names) {
    const acts = ['kill', 'stop', 'drop', 'delay']
    console.log('failpoint'.padEnd(30) + acts.map(one => one.padStart(8)).join(''))
    for (const name of names)
      console.log(name.padEnd(30) + acts.map(act => String(this.table[`${name}:${act}`] ?? 0).padStart(8)).join(''))
    console.log('killed besides: ' + (Object.entries(this.mishaps).map(([what, n]) => `${what} ${n}`).join(', ') || 'nothing'))
  }
}

function tellViolations(tally, result, again) {
  for (const { promise, text, lines } of result.stories) {
    console.log(`\n${result.void ? 'VOID' : 'VIOLATION'} of ${promise}: ${text}${result.void ? ` (${result.void})` : ''}`)
    console.log(`  again: node tests/torture/main.mjs --seed ${tally.seed} --round ${result.round} ${again} --times 10`)
    for (const line of lines) console.log('  ' + line.slice(0, 400))
  }
}

async function matrix() {
  const only = given.only
  const stories = number('stories', only ? 4 : STORIES)
  const lanes = new Lanes(number('lanes', Math.max(2, 2 * availableParallelism())))
  const tally = new Tally(given.progress, given.seed ?? String(Date.now() % 1000000))
  const names = only ? [only] : NAMES
  if (only && !NAMES.includes(only)) throw new Error(`no failpoint ${only}`)
  const wanted = number('schedules', 2000)
  const until = Date.now() + number('minutes', Infinity) * 60000
  const again = `${only ? `--only ${only} ` : ''}--stories ${stories}`
  const options = { only, stories, fresh: given.round !== undefined }
  console.log(`crash matrix: seed ${tally.seed}, ${wanted} schedules, ${stories} a round${tally.next ? `, from round ${tally.next}` : ''}`)
  let failures = 0
  let last = Date.now()

  const replay = given.round !== undefined
  const rounds = replay ? Array.from({ length: number('times', 1) }, () => Number(given.round)) : null
  const going = () => (rounds ? rounds.length > 0 : tally.fired < wanted && Date.now() < until) && tally.broken < VIOLATIONS && failures < 3
  const ahead = [0, 1].map(kind => tally.next + ((tally.next ^ kind) & 1))
  const one = async kind => {
    while (going()) {
      // Even rounds have one kind of driver, odd ones the other; a lane takes the next of its own kind.
      const mine = rounds ? rounds.shift() : lanes.kinds === 1 ? tally.next++ : ahead[kind]
      if (!rounds && lanes.kinds > 1) {
        ahead[kind] += 2
        tally.next = Math.max(tally.next, mine + 1)
      }
      const result = await lanes.play({ seed: tally.seed, round: mine, options }, lanes.kinds > 1 ? mine % 2 : 0)
      if (result.error) {
        failures++
        console.log(`round ${result.round} could not be played: ${result.error}\n${result.cause ?? ''}\n${result.log.join('\n')}`)
        continue
      }
      tally.add(result)
      tellViolations(tally, result, again)
      tally.save()
      if (replay) console.log(`round ${mine}: ${result.fired.length} fired, ${result.stories.length} violations, ${result.ms} ms`)
      if (!replay && Date.now() - last > 30000) {
        last = Date.now()
        console.log(`  ${tally.fired} schedules, ${tally.rounds} rounds, ${tally.broken} violations`)
      }
    }
  }
  await Promise.all(lanes.lanes.map((_, i) => one(i % 2)))
  await lanes.end()
  tally.save()
  const uncovered = tally.uncovered(names)
  const enough = replay || (tally.fired >= wanted && (wanted < COVERING || uncovered.length === 0))
  if (!replay) tally.print(names)
  if (!replay && uncovered.length) console.log(`never fired: ${uncovered.join(' ')}`)
  const missed = Object.entries(tally.missed).sort((a, b) => b[1] - a[1]).slice(0, 6)
  if (missed.length) console.log(`not come by: ${missed.map(([cell, n]) => `${cell} ${n}`).join(', ')}`)
  console.log(
    `crash matrix: ${tally.fired} schedules fired, ${tally.unfired} did not come by, ${tally.rounds} rounds, ${tally.rings} rings, ` +
      `${tally.void} void, ${tally.broken} violations; ${(tally.fired / Math.max(1, (Date.now() - tally.began) / 1000)).toFixed(1)}/s, seed ${tally.seed}`
  )
  return tally.broken === 0 && failures === 0 && enough
}

async function selfTest() {
  const lanes = new Lanes(number('lanes', Math.max(2, availableParallelism())))
  lanes.kinds = 1
  const seed = given.seed ?? 'self-test'
  const told = await Promise.all(
    Object.entries(MUTATIONS).map(async ([mutation, { promise }], at) => {
      for (let round = 0; round < 16; round++) {
        const result = await lanes.play({ seed, round: at * 100 + 2 * round, options: { mutation, stories: 10 } }, 0)
        if (result.error) console.log(result.error, result.cause ?? '', result.log.join('\n'))
        if (result.stories?.some(one => one.promise === promise && !result.void)) return { mutation, promise, rounds: round + 1 }
      }
      return { mutation, promise }
    })
  )
  await lanes.end()
  for (const one of told)
    console.log(`${one.rounds ? 'noticed' : 'NOT NOTICED'}: ${one.mutation} (${one.promise}${one.rounds ? `, ${one.rounds} rounds` : ''})`)
  const noticed = told.filter(one => one.rounds).length
  console.log(`crash matrix, self-test: ${noticed} noticed, ${told.length - noticed} not noticed`)
  return noticed === told.length
}

process.exitCode = (await (given['self-test'] ? selfTest() : matrix())) ? 0 : 1

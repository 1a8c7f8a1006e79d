// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// `switchhook policy callback-time`: what it answers to one phrase, to a call, to many questions, and to what is no question. No
// gateway runs, and none is needed.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { Folder, installed, run } from './lib/place.mjs'

const NOW = '2026-06-16T10:05:00-04:00'
const tell = (args, input) => run(installed().program, ['policy', 'callback-time', ...args], { input })

/** Each line is an object or a text; the answers, and the exit status. */
async function ask(...lines) {
  const input = lines.map(line => (typeof line === 'string' ? line : JSON.stringify(line)) + '\n').join('')
  const { status, stdout, stderr } = await tell(['--jsonl'], input)
  assert.equal(stderr, '')
  const answers = stdout.split('\n').slice(0, -1).map(line => JSON.parse(line))
  return { status, answers }
}
const question = more => ({ id: 'a', text: 'Thursday at three.', now: NOW, tz: 'America/New_York', ...more })

test('a question a line gets an answer a line', async () => {
  const { status, answers } = await ask(
    question({ id: 1, text: 'Try me again at ten to five.' }),
    question({ id: { any: ['type'] }, text: 'Some other day maybe.' }),
    question({ id: 'c', text: undefined, transcript: 'Agent: Can I help?\nUser: Never ring this number again.' }),
    question({ id: null, text: undefined, transcript: 'Agent: We close at six.\nUser: Good to know, bye.' })
  )
  assert.equal(status, 0)
  assert.deepEqual(
    answers.map(({ id, intent, instant }) => ({ id, intent, instant })),
    [
      { id: 1, intent: 'callback', instant: '2026-06-16T20:50:00Z' },
      { id: { any: ['type'] }, intent: 'callback_no_time', instant: null },
      { id: 'c', intent: 'refused', instant: null },
      { id: null, intent: 'none', instant: null }
    ]
  )
  for (const one of answers)
    assert.deepEqual(Object.keys(one), ['id', 'instant', 'intent', 'zone', 'confidence', 'span'])
  const { zone, confidence, span } = answers[0]
  assert.equal(zone, 'America/New_York')
  assert.ok(confidence >= 40 && confidence <= 100)
  assert.equal(Buffer.from('Try me again at ten to five.').subarray(span.at, span.at + span.length).toString(), span.text)
  assert.match(span.text, /ten to five/)
})

test('where, whose clock, which order', async () => {
  const thursday = async more => (await ask(question(more))).answers[0]
  assert.equal((await thursday({ tz: 'Europe/Berlin' })).instant, '2026-06-18T13:00:00Z')
  assert.equal((await thursday({ text: 'Thursday at noon your time', tz: 'Europe/Berlin' })).instant, '2026-06-18T16:00:00Z')
  assert.equal(
    (await thursday({ text: 'Thursday at noon your time', tz: 'Europe/Berlin', workspace_tz: 'Asia/Tokyo' })).instant,
    '2026-06-18T03:00:00Z'
  )
  const written = { text: '6/7 at 3 pm' }
  assert.equal((await thursday(written)).instant, null, '7 June is over, and the next one is too far')
  assert.equal((await thursday({ ...written, tz: 'Europe/London' })).instant, '2026-07-06T14:00:00Z')
  assert.equal((await thursday({ ...written, number: '+442071838750' })).instant, '2026-07-06T19:00:00Z')
})

test('variables, and whether a call is wished', async () => {
  const answer = async more => (await ask(question({ text: undefined, transcript: 'User: Okay, bye.', ...more }))).answers[0]
  assert.equal((await answer({})).intent, 'none')
  assert.equal((await answer({ wish: true })).intent, 'callback_no_time')
  assert.equal((await answer({ variables: { switchhook_callback: true, name: 'Zoë' } })).intent, 'callback_no_time')
  assert.equal((await answer({ variables: { callback_time: 1781816400 } })).instant, '2026-06-18T21:00:00Z')
  assert.equal((await answer({ variables: { callback_in_minutes: 30, callback_time: null } })).instant, '2026-06-16T14:35:00Z')
})

test('what is no question is told so, and stops nothing', async () => {
  const { status, answers } = await ask(
    'nonsense',
    '[]',
    '',
    '{"id":"cut","text":"Thurs',
    question({ id: undefined }),
    question({ id: 'b', text: undefined }),
    question({ id: 'c', transcript: 'User: hello' }),
    question({ id: 'd', now: undefined }),
    question({ id: 'e', now: '2026-06-16T10:05:00' }),
    question({ id: 'f', now: 'tomorrow' }),
    question({ id: 'g', tz: undefined }),
    question({ id: 'h', tz: 'America/Nowhere' }),
    question({ id: 'i', text: 17 }),
    question({ id: 'j', text: 'at \0 three' }),
    question({ id: 'k', number: '555-0100' }),
    question({ id: 'l', variables: [] }),
    question({ id: 'm', wish: 'yes' }),
    question({ id: 'n', workspace_tz: '../../etc/passwd' }),
    question({ id: 'good' })
  )
  assert.equal(status, 1)
  const errors = answers.slice(0, -1)
  for (const one of errors) assert.deepEqual(Object.keys(one), ['id', 'error'])
  assert.deepEqual(
    errors.map(one => one.id),
    [null, null, null, null, ...'bcdefghijklmn']
  )
  const said = id => errors.find(one => one.id === id).error
  assert.match(said('b'), /text or transcript/)
  assert.match(said('d'), /now is missing/)
  assert.match(said('e'), /no offset/)
  assert.match(said('h'), /America\/Nowhere/)
  assert.match(said('j'), /NUL/)
  assert.equal(answers.at(-1).instant, '2026-06-18T19:00:00Z')
})

test('bytes that are no UTF-8, and lines without end', async () => {
  const good = Buffer.from(JSON.stringify(question({ id: 'good' })) + '\n')
  const huge = Buffer.alloc(5 << 20, 'a')
  const long = Buffer.from(JSON.stringify(question({ id: 'long', text: 'hm '.repeat(1 << 20) + 'Thursday at three' })) + '\n')
  const input = Buffer.concat([Buffer.from('{"id":"\xff\xfe\0"}\n', 'latin1'), huge, Buffer.from('\n'), good, long, good.subarray(0, -1)])
  const { status, stdout } = await tell(['--jsonl'], input)
  assert.equal(status, 1)
  const [bad, big, first, second, last] = stdout.split('\n').slice(0, -1).map(line => JSON.parse(line))
  assert.ok(bad.error && big.error)
  assert.match(big.error, /4194304 bytes/)
  assert.equal(first.instant, '2026-06-18T19:00:00Z')
  assert.equal(second.id, 'long')
  assert.deepEqual(last, first, 'a last line without its end')
})

test('an answer comes before the next question', async () => {
  const child = spawn(installed().program, ['policy', 'callback-time', '--jsonl'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  for (const id of [1, 2, 3]) {
    child.stdin.write(JSON.stringify(question({ id })) + '\n')
    assert.equal(JSON.parse((await lines.next()).value).id, id)
  }
  child.stdin.end()
  assert.deepEqual(await once(child, 'exit'), [0, null])
})

test('one phrase, for people', async () => {
  const { status, stdout } = await tell(['Thursday at four o’clock Mountain.', '--now', NOW, '--tz', 'America/New_York'])
  assert.equal(status, 0)
  assert.match(stdout, /^status +time/m)
  assert.match(stdout, /Thu 2026-06-18 16:00, America\/Denver \(zone from speech\)/)
  assert.match(stdout, /2026-06-18T22:00:00Z/)
  const [words, marks] = stdout.split('\n').slice(stdout.split('\n').findIndex(line => line.startsWith('words')))
  assert.equal(marks.length, marks.trimEnd().length)
  assert.equal(words[marks.indexOf('^')], 'T')
  assert.match(stdout, /^confidence +\d+ of 100/m)
  assert.match(stdout, /R2 +a weekday/)
})

test('one call out of a file, as JSON; and with variables alone', async () => {
  const folder = new Folder()
  try {
    const file = folder.join('call.txt')
    writeFileSync(file, 'Agent: I have Thursday at nine or Friday at four.\nUser: The latter.\n')
    const { status, stdout } = await tell(['--transcript', file, '--now', NOW, '--json'])
    assert.equal(status, 0)
    const answer = JSON.parse(stdout)
    assert.equal(answer.instant, '2026-06-19T20:00:00Z')
    assert.equal(answer.agreed, 'assented')
    const piped = await tell(['--transcript', '-', '--now', NOW, '--json'], 'Agent: I have Thursday at nine or Friday at four.\nUser: The latter.\n')
    assert.deepEqual(JSON.parse(piped.stdout), answer)
  } finally {
    folder.remove()
  }
  const { stdout } = await tell(['--variable', 'callback_time=2026-06-18T15:00:00Z', '--now', NOW, '--json'])
  assert.equal(JSON.parse(stdout).instant, '2026-06-18T15:00:00Z')
})

test('what is asked wrongly is told so', async () => {
  for (const [args, status, says] of [
    [[], 2, /PHRASE/],
    [['a', 'b'], 2, /one PHRASE/],
    [['a', '--transcript', 'b'], 2, /one PHRASE/],
    [['--jsonl', '--tz', 'America/Denver'], 2, /standard input/],
    [['a', '--variable', 'nothing'], 2, /NAME=VALUE/],
    [['a', '--nonsense'], 2, /--nonsense/],
    [['a', '--tz', 'Mars/Olympus'], 1, /Mars\/Olympus/],
    [['a', '--now', 'noon'], 1, /now/],
    [['a', '--number', '12'], 1, /number/],
    [['--transcript', '/nonexistent'], 1, /nonexistent/]
  ]) {
    const told = await tell(args, '')
    assert.equal(told.status, status, args.join(' '))
    assert.match(told.stderr, says)
    assert.equal(told.stdout, '')
  }
  const help = await tell(['--help'])
  assert.equal(help.status, 0)
  assert.match(help.stdout, /callback-time PHRASE/)
  assert.match(help.stdout, /--jsonl/)
})

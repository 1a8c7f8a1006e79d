// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// docs/policy.schema.json against the gateway's own reader: the same keys, and the same judgement of every text in cases.mjs.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import Ajv from 'ajv/dist/2020.js'
import { parse } from 'yaml'
import { installed } from '../scenarios/lib/place.mjs'
import { bad, good, subtle, unreadable } from './cases.mjs'

const top = new URL('../../', import.meta.url).pathname
const schema = JSON.parse(readFileSync(join(top, 'docs/policy.schema.json'), 'utf8'))
const validate = new Ajv({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(schema)

const folder = mkdtempSync(join(tmpdir(), 'sh-policies-'))
after(() => rmSync(folder, { recursive: true, force: true }))
cpSync(join(top, 'policies/jurisdictions'), join(folder, 'jurisdictions'), { recursive: true })

/** → the faults that the gateway finds, or '' */
function gateway(text) {
  const file = join(folder, 'p.yaml')
  writeFileSync(file, text)
  const { status, stderr } = spawnSync(installed().program, ['policy', 'check', file], { encoding: 'utf8' })
  assert.equal(status === 0, stderr === '', stderr)
  return stderr.replaceAll(file, 'p.yaml')
}

/** → the faults that an editor finds, or '' */
function editor(text) {
  let value
  try {
    value = parse(text)
  } catch (error) {
    return error.message
  }
  return validate(value) ? '' : JSON.stringify(validate.errors)
}

test('what is good is good to both', () => {
  for (const text of good) {
    assert.equal(gateway(text), '', text)
    assert.equal(editor(text), '', text)
  }
})

test('what is bad is bad to both', () => {
  for (const text of [...bad, ...unreadable]) {
    assert.notEqual(gateway(text), '', text)
    assert.notEqual(editor(text), '', text)
  }
})

test('what only the gateway can see', () => {
  for (const [text, why] of subtle) {
    assert.match(gateway(text), /^p\.yaml:/, `${text} (${why})`)
    assert.equal(editor(text), '', `${text}: the schema sees it, too (${why})`)
  }
})

/** section.key of policy_keys.def */
function keysOfTable(text) {
  return [...text.matchAll(/^(?:KEY|PART|MANY)\("([a-z_]*)", "([a-z_]+)"/gm)].map(([, section, key]) => (section ? `${section}.${key}` : key)).sort()
}

/** The same of the schema: a section is an object that is nothing but its keys, and no key of the table itself. */
function keysOfSchema(schema, table) {
  return Object.entries(schema.properties)
    .flatMap(([key, { properties }]) => (table.includes(key) || !properties ? [key] : Object.keys(properties).map(inner => `${key}.${inner}`)))
    .sort()
}

test('the schema has the keys of the table, and no others', () => {
  const table = keysOfTable(readFileSync(join(top, 'gateway/policy/policy_keys.def'), 'utf8'))
  assert.ok(table.length > 30, `${table.length} keys`)
  assert.deepEqual(keysOfSchema(schema, table), table)
  // This test can fail.
  const less = structuredClone(schema)
  delete less.properties.callbacks.properties.speech
  assert.notDeepEqual(keysOfSchema(less, table), table)
})

/** What a sentence of the gateway lists: "expected a, b or c". */
const listed = text => [...gateway(text).matchAll(/expected (.*), found/g)].flatMap(([, list]) => list.split(/, | or /))

test('names that are lists of their own are the same', () => {
  const { properties, $defs } = schema
  assert.deepEqual(listed('reasons: {x: {y: z}}').sort(), Object.keys(properties.retry.properties).sort())
  assert.deepEqual(listed('holidays: [x]').sort(), [...properties.holidays.items.enum].sort())
  assert.deepEqual(listed('quiet_days: [x]'), properties.quiet_days.items.enum)
  for (const [section, key] of [['callbacks', 'explicit'], ['chains', 'inbound'], ['do_not_call', 'scope'], ['retention', 'level']])
    assert.deepEqual(listed(`${section}: {${key}: x}`), properties[section].properties[key].enum)
  // Every daypart that the schema knows is one, and there are no others: the gateway shows them all.
  const source = readFileSync(join(top, 'gateway/policy/policy_list.c'), 'utf8')
  const dayparts = [...source.matchAll(/\[SH_DAYPART_[A-Z_]+\] = "([a-z_]+)"/g)].map(match => match[1])
  assert.deepEqual(Object.keys(properties.callbacks.properties.dayparts.properties), dayparts)
  assert.deepEqual(Object.keys($defs.daypart.properties), ['at', 'from', 'until'])
})

test('every policy that is shipped is good to both', () => {
  const files = readdirSync(join(top, 'policies')).filter(name => name.endsWith('.yaml'))
  assert.ok(files.includes('default.yaml'))
  for (const name of files) {
    const file = join(top, 'policies', name)
    execFileSync(installed().program, ['policy', 'check', file])
    assert.equal(editor(readFileSync(file, 'utf8')), '', name)
    assert.match(readFileSync(file, 'utf8'), /^# yaml-language-server: \$schema=\S*policy\.schema\.json\n/)
  }
})

/** docs/policies.md: key → its default as it is written there, or undefined where it is told in words. */
function keysOfDocs(text) {
  const found = new Map()
  for (const [, key, second, preset] of text.matchAll(/^\| `([a-zA-Z_.]+)`(?:, `\.([a-z_]+)`)? \| [^|]+ \| ([^|]+) \|/gm)) {
    const values = [...preset.matchAll(/`([^`]+)`/g)].map(match => match[1])
    const told = preset.trim().startsWith('`')
    found.set(key, told ? values[0] : undefined)
    if (second) found.set(key.replace(/[a-z_]+$/, second), told ? values[1] : undefined)
  }
  return found
}

test('docs/policies.md has every key with its default', () => {
  const table = keysOfTable(readFileSync(join(top, 'gateway/policy/policy_keys.def'), 'utf8'))
  const docs = keysOfDocs(readFileSync(join(top, 'docs/policies.md'), 'utf8'))
  const presets = parse(readFileSync(join(top, 'policies/default.yaml'), 'utf8'))
  // Of these the page has a row for what stands in them.
  const inside = { retry: 'retry.GROUP.delay', reasons: 'reasons.PROVIDER.REASON', 'quiet_hours.weekdays': 'quiet_hours.weekdays.DAY', 'callbacks.dayparts': 'callbacks.dayparts.PART' }
  let compared = 0
  for (const key of table) {
    const row = inside[key] ?? key
    assert.ok(docs.has(row), `${row} is not in docs/policies.md`)
    const preset = docs.get(row)
    if (preset === undefined) continue
    assert.deepEqual(parse(preset), key.split('.').reduce((value, name) => value[name], presets), key)
    compared++
  }
  assert.ok(compared > 25, `${compared} defaults compared`)
  // Dayparts and groups have tables of their own.
  const shown = JSON.parse(JSON.stringify(presets.retry))
  const text = readFileSync(join(top, 'docs/policies.md'), 'utf8')
  for (const [group, { enabled, delay }] of Object.entries(shown)) {
    if (!delay) continue
    assert.match(text, new RegExp(`^\\| \`${group}\` \\| [^|]+ \\| ${enabled ? 'yes' : 'no'} \\| \`${delay}\``, 'm'))
  }
  const limits = readFileSync(join(top, 'gateway/policy/spoken_limits.c'), 'utf8')
  const clock = (hour, minute) => `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  const dayparts = [...limits.matchAll(/\[SH_DAYPART_([A-Z_]+)\] = \{ AT\((\d+), (\d+)\), AT\((\d+), (\d+)\), AT\((\d+), (\d+)\) \}/g)]
  assert.equal(dayparts.length, Object.keys(schema.properties.callbacks.properties.dayparts.properties).length)
  for (const [, name, ...n] of dayparts)
    assert.ok(
      text.includes(`| \`${name.toLowerCase()}\` | ${clock(n[0], n[1])} | ${clock(n[2], n[3])} – ${clock(n[4], n[5])} |`),
      `${name} stands otherwise in docs/policies.md`
    )
})

// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What the scenarios rest on, tried without a gateway: times, the database, the relay that is cut.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dump, Postgres, Relay, sql } from './database.mjs'
import { Folder } from './place.mjs'
import { Clock, eventually, moment, span } from './time.mjs'

test('times by the wall clock of a zone', () => {
  const cases = [
    ['2027-03-01 10:00 America/Los_Angeles', '2027-03-01T18:00:00.000Z'],
    ['2027-03-14 09:00 America/Los_Angeles', '2027-03-14T16:00:00.000Z'], // the day the clocks go forward
    ['2027-03-14 01:59 America/Los_Angeles', '2027-03-14T09:59:00.000Z'],
    ['2027-11-07 09:00 America/New_York', '2027-11-07T14:00:00.000Z'], // and back
    ['2027-07-01 00:30 Asia/Kolkata', '2027-06-30T19:00:00.000Z'],
    ['2027-03-02T10:00:00-08:00', '2027-03-02T18:00:00.000Z']
  ]
  for (const [text, utc] of cases) assert.equal(new Date(moment(text)).toISOString(), utc)
  assert.throws(() => moment('tomorrow'))
  assert.equal(span('1h 30m'), 5400000)
  assert.equal(span('250ms'), 250)
  assert.throws(() => span('1 fortnight'))
})

test('a told clock goes forward, and only forward', async t => {
  const folder = new Folder()
  t.after(() => folder.remove())
  const clock = new Clock(folder.join('clock'), '2027-03-01 10:00 America/Los_Angeles')
  assert.ok(Math.abs(clock.now() - moment('2027-03-01T18:00:00Z')) < 60000)
  await clock.forward('1h')
  assert.ok(Math.abs(clock.now() - moment('2027-03-01T19:00:00Z')) < 60000)
  await assert.rejects(clock.set('2027-03-01T18:30:00Z'))
})

test('a wait is for a condition, and ends', async () => {
  let n = 0
  assert.equal(await eventually(() => ++n === 3 && 'three', 'it was three'), 'three')
  await assert.rejects(
    eventually(
      () => {
        throw new Error('no')
      },
      'it worked',
      { limit: '30ms' }
    ),
    error => /it worked/.test(error.message) && error.cause.message === 'no'
  )
})

test('a database of its own, and a relay in front of it', async t => {
  const folder = new Folder()
  t.after(() => folder.remove())
  const pg = await Postgres.start(folder, { durable: false })
  t.after(() => pg.stop())
  const conninfo = await pg.database('one')
  await sql(conninfo, 'CREATE TABLE word (id int, text text)')
  await sql(conninfo, 'INSERT INTO word VALUES ($1, $2), ($3, $4)', [1, "it's", 2, null])
  assert.deepEqual(await sql(conninfo, 'SELECT * FROM word WHERE id < $1 ORDER BY id', [10]), [
    { id: 1, text: "it's" },
    { id: 2, text: null }
  ])
  assert.deepEqual(await sql(conninfo, 'SELECT 1 WHERE false'), [])
  assert.match(await dump(conninfo), /it's/)
  await assert.rejects(sql(conninfo, 'SELECT * FROM nothing'), /nothing/)

  const relay = await Relay.start(conninfo)
  const through = { ...conninfo, host: '127.0.0.1', port: relay.port }
  assert.deepEqual(await sql(through, 'SELECT count(*) AS n FROM word'), [{ n: 2 }])
  const broken = assert.rejects(sql(through, 'SELECT pg_sleep(60)'))
  await eventually(
    async () =>
      (
        await sql(
          conninfo,
          "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()"
        )
      )[0].n > 0,
    'the question was on its way'
  )
  await relay.cut()
  await broken
  await assert.rejects(sql(through, 'SELECT 1'), /refused/)
  await relay.restore()
  assert.deepEqual(await sql(through, 'SELECT 1 AS one'), [{ one: 1 }])
  await relay.stop()
  await pg.drop('one')
})

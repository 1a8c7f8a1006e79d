// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// What somebody would find who gets at a process's memory: each process is searched for secrets and personal data that went
// through the gateway a moment ago. docs/security.md says what may stand where; here is that table.
import assert from 'node:assert/strict'
import { createDecipheriv } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { test } from 'node:test'
import { callEnded } from './lib/acme.mjs'
import { readable, search } from './lib/memory.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'

const CALLED = '+12135550177'
const CALLER = '+12135550188'
const NAME = 'Canary-Variable-7'
const SPOKEN = 'canary-transcript-8'

/** Opens the tenant's wrapped key as the keyholder does (crypto/kek_file.c). */
function unwrap(kek, tenant, wrapped) {
  const open = createDecipheriv('aes-256-gcm', kek, wrapped.subarray(5, 17))
  open.setAAD(Buffer.concat([Buffer.from('switchhook tenant key\0'), wrapped.subarray(0, 5), tenant]))
  open.setAuthTag(wrapped.subarray(-16))
  const plain = Buffer.concat([open.update(wrapped.subarray(17, -16)), open.final()])
  return { data: plain.subarray(1, 33), index: plain.subarray(33, 65) }
}

async function secrets(gateway, acme) {
  const text = readFileSync(gateway.keyFile, 'latin1').trim()
  const kek = Buffer.from(text, 'hex')
  const [{ id, keys }] = await gateway.sql("SELECT tenant_id AS id, encode(keys, 'hex') AS keys FROM tenant")
  const { data, index } = unwrap(kek, Buffer.from(id.replaceAll('-', ''), 'hex'), Buffer.from(keys, 'hex'))
  return {
    'key-encryption key': kek,
    'key file': text,
    'data key': data,
    'index key': index,
    'api key of the provider': acme.retell.apiKeys[0],
    'webhook key of the provider': acme.retell.webhooks.key,
    'admin key': gateway.key,
    'outbound key': acme.key,
    'webhook URL': acme.webhook.split('/').at(-1),
    callee: CALLED,
    caller: CALLER,
    variable: NAME,
    transcript: SPOKEN
  }
}

/** A call placed, a call received, all processed: every kind of secret has been open somewhere. */
async function work(gateway, retell, clock, acme) {
  retell.cast('*', 'answers')
  const call = await acme.place({ to: CALLED, variables: { first_name: NAME } })
  await acme.latest(call.callback_id, 'completed')
  const event = callEnded('call_canary', { at: clock.now(), from: CALLER })
  event.call.transcript = `Agent: Hello \nUser: My ${SPOKEN} is on fire \n`
  assert.equal((await acme.deliver(event)).status, 204)
  await eventually(
    async () => (await gateway.sql("SELECT count(*) AS n FROM inbox WHERE state <> 'processed'"))[0].n === 0,
    'every event was processed'
  )
}

const processes = gateway => [
  ['master', gateway.process.pid],
  ...['keyholder', 'worker'].flatMap(kind => gateway.children(kind).map(pid => [kind, pid]))
]
const sanitized = pid => readable(pid) && /lib[au]san/.test(readFileSync(`/proc/${pid}/maps`, 'latin1'))
/** A sanitizer makes mlock do nothing. */
const locked = (pid, { flags }) => (sanitized(pid) ? ['dd', 'wf'] : ['lo', 'dd', 'wf']).every(flag => flags.includes(flag))

/** May this test look? Where not, that is what was to be shown; the rest is shown where root runs it, or with sanitizers. */
function mayLook(t, gateway) {
  const closed = processes(gateway).filter(([, pid]) => !readable(pid))
  if (closed.length === 0) return true
  assert.equal(closed.length, processes(gateway).length)
  t.diagnostic('the memory of the processes cannot be read by their own user; nothing was searched')
  return false
}

test(
  'when the work is done, no process holds what went through it; the key-encryption key stands in the keyholder alone',
  scenario(async ({ t, gateway, retell, clock, acme }) => {
    await work(gateway, retell, clock, acme)
    const canaries = await secrets(gateway, acme)
    if (!mayLook(t, gateway)) return
    const allowed = { keyholder: ['key-encryption key'] }
    const look = () => processes(gateway).flatMap(([kind, pid]) => search(pid, canaries).map(one => ({ kind, pid, ...one })))
    const isAllowed = ({ kind, name }) => allowed[kind]?.includes(name)
    // What returned functions left on a worker's stack is overwritten within a second.
    let seen
    await eventually(() => (seen = look()).every(isAllowed), 'nothing was found').catch(() => {})
    const holder = seen.filter(isAllowed)
    // The search finds what is there.
    assert.equal(holder.length, 1)
    assert.ok(locked(holder[0].pid, holder[0].mapping), 'the key-encryption key is locked, left out of dumps, zeros in a child')
    assert.deepEqual(
      seen.filter(one => !holder.includes(one)).map(({ kind, name, at, mapping }) => `${name} in ${kind} at ${at.toString(16)} ${mapping.from.toString(16)}-${mapping.to.toString(16)} ${mapping.rights} ${mapping.flags} ${mapping.name}`),
      []
    )
  })
)

test(
  'with keys.cache the data key stands in locked memory, and goes when its time is over',
  scenario(
    async ({ t, gateway, retell, clock, acme }) => {
      await work(gateway, retell, clock, acme)
      const { 'data key': data, 'index key': index, 'key-encryption key': kek } = await secrets(gateway, acme)
      if (!mayLook(t, gateway)) return
      const look = () => gateway.children('worker').flatMap(pid => search(pid, { data, index, kek }).map(one => ({ pid, ...one })))
      assert.equal((await acme.deliver(callEnded('call_again', { at: clock.now() }))).status, 204)
      const now = look()
      assert.deepEqual([...new Set(now.map(({ name }) => name))].toSorted(), ['data', 'index'])
      for (const { pid, mapping } of now) assert.ok(locked(pid, mapping))
      await eventually(() => look().length === 0, 'the key had gone from the cache')
    },
    { config: { keys: { cache: '5s' } } }
  )
)

test(
  'core dumps, tracing and new privileges are closed in every process; the keyholder is confined, and replaced if it strays',
  scenario(async ({ gateway, clock, acme }) => {
    for (const [kind, pid] of processes(gateway)) {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /^Max core file size +0 +0 /m, kind)
      assert.match(status, /^NoNewPrivs:\t1$/m, kind)
      assert.match(status, kind === 'keyholder' ? /^Seccomp:\t2$/m : /^Seccomp:\t[02]$/m, kind)
      // What belongs to root in /proc is a process that is not dumpable: no core, no ptrace, no /proc/PID/mem for its own user.
      if (!sanitized(pid)) assert.equal(statSync(`/proc/${pid}/mem`).uid, 0, `${kind} is dumpable`)
      assert.doesNotMatch(status, /^Uid:\t0\t/m, kind)
    }

    // As the kernel ends it at a call that it was not given.
    const [before] = gateway.children('keyholder')
    process.kill(before, 'SIGSYS')
    await eventually(() => gateway.parsed.find(line => line.event === 'keyholder.died'), 'the master said so')
    assert.match(gateway.parsed.find(line => line.event === 'keyholder.died').how, /Bad system call/)
    await eventually(() => gateway.children('keyholder').some(pid => pid !== before), 'there was another keyholder')
    await eventually(
      async () => (await acme.deliver(callEnded('call_after', { at: clock.now() }))).status === 204,
      'webhooks were taken again'
    )
  })
)

// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The edge: what strangers may do to the listening sockets. Plainly and inside TLS, byte by byte where it matters.
import assert from 'node:assert/strict'
import { chmodSync, chownSync, copyFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { Folder, freePort, installed, run, USER } from './lib/place.mjs'
import { scenario } from './lib/scenario.mjs'
import { eventually } from './lib/time.mjs'
import { certificate, Line } from './lib/tls.mjs'

const GET = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'
const SMUGGLED = 'GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'

/** A gateway that listens both ways. more: of the configuration. */
const secure = more => ({
  account: false,
  config: async folder => {
    const made = await certificate(folder, 'first')
    return { listen_tls: [`127.0.0.1:${await freePort()}`], tls: { certificate: made.certificate, key: made.key }, ...more }
  }
})
const tlsPort = gateway => Number(gateway.config.listen_tls[0].split(':')[1])
const ways = gateway => ({
  plain: options => Line.open(gateway.port, options),
  tls: options => Line.open(tlsPort(gateway), { ...options, tls: { ...options?.tls } })
})

/** The workers, without those that a reload has sent away and that are still there for a moment. */
const present = gateway =>
  eventually(() => {
    const workers = gateway.children('worker')
    return workers.length === gateway.config.workers && workers
  }, 'only the present workers were left')

/** The worker that replaces a dead one, once it takes requests: the other is held up meanwhile, so nobody else can answer. */
async function successor(gateway, answers) {
  const before = await present(gateway)
  const dead = gateway.kill('worker')
  const old = before.find(pid => pid !== dead)
  const fresh = await eventually(
    () => gateway.children('worker').find(pid => !before.includes(pid)),
    `worker ${dead} was replaced`
  )
  process.kill(old, 'SIGSTOP')
  try {
    await answers()
  } finally {
    process.kill(old, 'SIGCONT')
  }
  return { fresh, old }
}

// ---- what is malformed ----

const POST = 'POST /api/webhooks/retell/x HTTP/1.1\r\nHost: a\r\n'
const MALFORMED = {
  'two differing lengths': [400, `${POST}Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n`],
  'the same length twice': [400, `${POST}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`],
  'lengths in a list': [400, `${POST}Content-Length: 0, 0\r\n\r\n`],
  'length and coding': [400, `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  'coding and length': [400, `${POST}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`],
  'a blank before the colon': [400, `${POST}Content-Length : ${SMUGGLED.length}\r\n\r\n`],
  'a blank before the coding’s colon': [400, `${POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
  'an unknown coding': [400, `${POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
  'two codings': [400, `${POST}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`],
  'the coding twice': [400, `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  'a vertical tab in the coding': [400, `${POST}Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n`],
  'chunks in HTTP/1.0': [400, `${POST.replace('1.1', '1.0')}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
  'HEAD with a body': [400, `HEAD /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n`],
  'a signed length': [400, `${POST}Content-Length: +0\r\n\r\n`],
  'a length in hexadecimal': [400, `${POST}Content-Length: 0x0\r\n\r\n`],
  'a length past 64 bits': [400, `${POST}Content-Length: 18446744073709551616\r\n\r\n`],
  'a NUL in a length': [400, `${POST}Content-Length: 0\x000\r\n\r\n`],
  'a folded header': [400, `${POST}Content-Length: 0\r\n 5\r\n\r\n`],
  'bare line feeds': [400, 'GET /healthz HTTP/1.1\nHost: a\n\n'],
  'a bare carriage return': [400, 'GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n'],
  'a chunk size 0x0': [400, `${POST}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n`],
  'a signed chunk size': [400, `${POST}Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n`],
  'a chunk longer than its size': [400, `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n`],
  'a chunk extension': [400, `${POST}Transfer-Encoding: chunked\r\n\r\n1;a=b\r\na\r\n0\r\n\r\n`],
  trailers: [400, `${POST}Transfer-Encoding: chunked\r\n\r\n0\r\nX: a\r\n\r\n`],
  'no Host': [400, 'GET /healthz HTTP/1.1\r\n\r\n'],
  'two Hosts': [400, 'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
  'an absolute target': [400, 'GET http://b/healthz HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a target without a slash': [400, 'GET healthz HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a fragment': [400, 'GET /healthz#a HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a raw byte in the target': [400, 'GET /h\xe9 HTTP/1.1\r\nHost: a\r\n\r\n'],
  'a blank in the target': [400, 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
  'an empty header name': [400, 'GET /healthz HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n'],
  'a blank in a header name': [400, 'GET /healthz HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n'],
  'HTTP/0.9': [400, 'GET /healthz\r\n\r\n'],
  'HTTP/1.9': [400, 'GET /healthz HTTP/1.9\r\nHost: a\r\n\r\n'],
  'HTTP/2': [400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  'an empty line first': [400, `\r\n${GET}`],
  CONNECT: [405, 'CONNECT b:443 HTTP/1.1\r\nHost: b\r\n\r\n'],
  OPTIONS: [405, 'OPTIONS /healthz HTTP/1.1\r\nHost: a\r\n\r\n'],
  TRACE: [405, 'TRACE /healthz HTTP/1.1\r\nHost: a\r\n\r\n'],
  'an unknown method': [501, 'BREW /healthz HTTP/1.1\r\nHost: a\r\n\r\n'],
  'an expectation': [417, `${POST}Expect: tea\r\nContent-Length: 0\r\n\r\n`],
  'a length above the limit': [413, `${POST}Content-Length: 999999999\r\n\r\n`],
  'the same, asking first': [413, `${POST}Expect: 100-continue\r\nContent-Length: 999999999\r\n\r\n`],
  'a chunk above the limit': [413, `${POST}Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n`],
  'a long header': [431, `GET /healthz HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20000)}\r\n\r\n`],
  'a long target': [431, `GET /${'x'.repeat(20000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
  'many headers': [431, `GET /healthz HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(120)}\r\n`]
}

test(
  'what is malformed is refused, alone and behind a good request, and nothing behind it is read',
  scenario(async ({ gateway }) => {
    for (const [way, open] of Object.entries(ways(gateway))) {
      for (const before of [[], [200]]) {
        const requests = await gateway.metric('switchhook_http_requests_total')
        const refused = await gateway.metric('switchhook_http_refused_total')
        await Promise.all(
          Object.entries(MALFORMED).map(async ([what, [status, text]]) => {
            const line = await open()
            line.say(GET.repeat(before.length) + text + SMUGGLED)
            await line.end()
            assert.deepEqual(line.statuses, [...before, status], `${what}, ${way}: ${line.text}`)
            assert.match(line.text, /Connection: close\r\n/, what)
          })
        )
        const count = Object.keys(MALFORMED).length
        assert.equal(await gateway.metric('switchhook_http_refused_total'), refused + count, way)
        // One for each good request, one each time that the metrics were asked for.
        const answered = (await gateway.metric('switchhook_http_requests_total')) - requests
        assert.ok(answered <= count * before.length + 3 + count, `${answered} requests were answered`)
      }
    }
  }, secure())
)

test(
  'what is odd and right is answered: pipelined, asked before it is sent, in chunks, to be closed',
  scenario(async ({ gateway }) => {
    for (const [way, open] of Object.entries(ways(gateway))) {
      const chunked = `${POST}Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n`
      const line = await open()
      line.say(GET + chunked + GET)
      await eventually(() => line.statuses.length === 3, `${way}: three answers in order`)
      assert.deepEqual(line.statuses, [200, 404, 200])

      line.say(`${POST}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`)
      assert.ok(await line.heard(/HTTP\/1\.1 100 /))
      line.say('{}' + GET.replace('\r\n\r\n', '\r\nConnection: keep-alive, close\r\n\r\n') + SMUGGLED)
      await line.end()
      assert.deepEqual(line.statuses, [200, 404, 200, 100, 404, 200], way)

      // One byte at a time.
      const slow = await open()
      for (const byte of GET) slow.say(byte)
      assert.ok(await slow.heard(/HTTP\/1\.1 200 /), way)
      slow.hangUp()
    }
  }, secure())
)

// ---- TLS ----

test(
  'TLS 1.2 and 1.3 and HTTP/1.1 alone are spoken; any worker resumes a session; the end is said',
  scenario(async ({ gateway }) => {
    const port = tlsPort(gateway)
    const hello = tls => Line.open(port, { tls })
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      const line = await hello({ minVersion: version, maxVersion: version, ALPNProtocols: ['h2', 'http/1.1'] })
      assert.equal(line.socket.getProtocol(), version)
      assert.equal(line.socket.alpnProtocol, 'http/1.1')
      line.say(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
      await line.end()
      assert.deepEqual(line.statuses, [200])
      assert.ok(line.ended && !line.error, 'the stream ended in order')
    }
    assert.match(String((await hello({ ALPNProtocols: ['h2'] })).error), /no application protocol/i)
    const old = await hello({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' })
    assert.ok(old.error, 'TLS 1.1 was refused')
    const plain = (await Line.open(port)).say(GET)
    await plain.end()
    assert.deepEqual(plain.statuses, [])

    // Two workers: without shared keys every other one would fail.
    for (const version of ['TLSv1.2', 'TLSv1.3']) {
      let session
      for (let i = 0; i < 9; i++) {
        const line = await Line.open(port, { tls: { session, minVersion: version, maxVersion: version } })
        line.say(GET)
        assert.ok(await line.heard(/HTTP\/1\.1 200 /))
        assert.equal(line.socket.isSessionReused(), i > 0, `${version}, connection ${i}`)
        // In TLS 1.2 a ticket is good for more than once.
        session = await eventually(() => line.session ?? session, 'a ticket came')
        line.hangUp()
      }
    }
    await eventually(
      async () => (await gateway.metric('switchhook_tls_handshakes_total', 'result="resumed"')) === 16,
      'resumed handshakes were counted'
    )
    assert.ok((await gateway.metric('switchhook_tls_handshakes_total', 'result="failed"')) >= 3)
  }, secure())
)

/** How many copies of a TLS key's file the process has open; for root alone to see. */
const keyCopies = pid =>
  readdirSync(`/proc/${pid}/fd`).filter(fd => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('/memfd:key')
    } catch {
      return false // closed meanwhile
    }
  }).length

test(
  'a new certificate is served from the reload on, a bad one never, and what is under way is finished',
  scenario(async ({ gateway, folder }) => {
    const { certificate: crt, key } = gateway.config.tls
    const served = async () => {
      const line = await Line.open(tlsPort(gateway), { tls: {} })
      const { fingerprint256 } = line.socket.getPeerX509Certificate()
      line.hangUp()
      return fingerprint256
    }
    const put = files => {
      copyFileSync(files.certificate, crt)
      copyFileSync(files.key, key)
    }
    const first = await served()
    const second = await certificate(folder, 'second')
    const half = GET.length >> 1
    const busy = (await Line.open(tlsPort(gateway), { tls: {} })).say(GET.slice(0, half))
    put(second)
    assert.equal(await gateway.reload(), true)
    assert.notEqual(second.fingerprint, first)
    assert.equal(await served(), second.fingerprint)
    busy.say(GET.slice(half))
    assert.ok(await busy.heard(/HTTP\/1\.1 200 /), 'the request that was under way is answered')
    assert.match(busy.text, /Connection: close\r\n/)
    await busy.end()

    const third = await certificate(folder, 'third')
    const faults = () => gateway.parsed.filter(one => one.event === 'reload.fault').map(one => one.fault)
    const bad = async (how, says) => {
      how()
      const before = faults().length
      assert.equal(await gateway.reload(), false)
      assert.match(faults().slice(before).join('\n'), says)
      assert.equal(await served(), second.fingerprint, String(says))
    }
    await bad(() => copyFileSync(third.certificate, crt), /first\.key is not the key of the certificate/)
    await bad(() => writeFileSync(crt, 'nothing'), /first\.crt holds no certificate/)
    await bad(() => {
      put(third)
      chmodSync(key, 0o644)
    }, /first\.key may be read by everybody/)
    chmodSync(key, 0o600)
    assert.equal(await gateway.reload(), true)
    assert.equal(await served(), third.fingerprint)

    // The master holds the copy of one key, however often it was exchanged; the workers have closed theirs.
    if (process.getuid() === 0) {
      const workers = await present(gateway)
      assert.deepEqual(workers.map(keyCopies), [0, 0])
      await eventually(() => keyCopies(gateway.process.pid) === 1, 'the master had one copy')
    }

    // Files that are half exchanged, and a worker that dies: what was checked is what its successor serves.
    copyFileSync(second.certificate, crt)
    await successor(gateway, async () => assert.equal(await served(), third.fingerprint))
  }, secure())
)

test('check-config and the start name the file that is at fault; a certificate that ends soon is a warning', async () => {
  const { prefix, program } = installed()
  const folder = new Folder()
  try {
    const file = folder.join('switchhook.yaml')
    const key = folder.join('kek')
    await run(program, ['key', 'new', key], { as: USER })
    const made = await certificate(folder, 'brief', { days: 5 })
    const other = await certificate(folder, 'other')
    const check = async (tls, args = ['check-config']) => {
      const config = {
        listen: ['127.0.0.1:0'],
        listen_tls: ['127.0.0.1:0'],
        tls: { certificate: tls.certificate, key: tls.key },
        key_file: key,
        state_dir: folder.join('state'),
        drivers: [`${prefix}/lib/switchhook/drivers`],
        policies: `${prefix}/etc/switchhook/policies`
      }
      writeFileSync(file, JSON.stringify(config))
      return run(program, [...args, '--config', file], { as: USER })
    }
    const soon = await check(made)
    assert.equal(soon.status, 0, soon.stderr)
    assert.match(soon.stderr, /warning: .*brief\.crt: the certificate expires in [45] days/)

    const pair = { certificate: made.certificate, key: other.key }
    for (const args of [['check-config'], ['serve']]) {
      const { status, stdout, stderr } = await check(pair, args)
      assert.equal(status, 1, stderr)
      assert.match(stdout + stderr, /switchhook\.yaml:1:\d+: tls\.key: .*other\.key is not the key of the certificate/)
    }
    if (USER) {
      chownSync(other.key, 0, 0)
      const { status, stderr } = await check({ certificate: other.certificate, key: other.key })
      assert.equal(status, 1)
      assert.match(stderr, /other\.key cannot be read by the user that the gateway runs as: Permission denied/)
    }
  } finally {
    folder.remove()
  }
})

// ---- who is slow, and who is many ----

test(
  'the slow are cut off and nobody else notices',
  scenario(async ({ gateway }) => {
    const slow = []
    for (const open of Object.values(ways(gateway)))
      for (let i = 0; i < 10; i++) {
        slow.push({ line: (await open()).say('GET /healthz HTTP/1.1\r\nX: '), drop: 'a' })
        slow.push({ line: (await open()).say(`${POST}Content-Length: 5000\r\n\r\n`), drop: 'b' })
        slow.push({ line: (await Line.open(tlsPort(gateway))).say('\x16\x03\x01\x02'), drop: '\x01' })
      }
    const timer = setInterval(() => {
      for (const { line, drop } of slow) line.say(drop)
    }, 50)
    try {
      let answered = 0
      await eventually(async () => {
        assert.equal((await gateway.ask('GET', '/healthz')).status, 200)
        answered++
        return slow.every(({ line }) => line.closed)
      }, 'all of them were cut off')
      assert.ok(answered > 3)
    } finally {
      clearInterval(timer)
    }
    const refused = reason => gateway.metric('switchhook_http_refused_total', `reason="${reason}"`)
    assert.equal(await refused('time'), 60)
    for (const { line, drop } of slow) assert.deepEqual(line.statuses, drop === '\x01' ? [] : [408])
    await eventually(async () => (await gateway.metric('switchhook_http_connections')) <= 2, 'nothing of them is left')
  }, secure({ limits: { request_time: '3s', handshake_time: '3s' } }))
)

test(
  'one address has its part of the connections; others, and our own proxies, have theirs',
  scenario(async ({ gateway }) => {
    for (const [way, open] of Object.entries(ways(gateway))) {
      const many = await Promise.all(Array.from({ length: 30 }, () => open({ from: '127.0.0.9' })))
      await eventually(() => many.filter(one => one.closed).length >= 20, `${way}: at most 5 a worker are left`)
      assert.equal((await gateway.ask('GET', '/healthz')).status, 200)
      const left = many.filter(one => !one.closed)
      assert.ok(left.length >= 5 && left.length <= 10, `${way}: ${left.length} are left`)
      for (const one of left) one.say(GET)
      for (const one of left) assert.ok(await one.heard(/HTTP\/1\.1 200 /))
      for (const one of many) one.hangUp()

      const ours = await Promise.all(Array.from({ length: 30 }, () => open({ from: '127.0.0.10' })))
      for (const one of ours) one.say(GET)
      for (const one of ours) assert.ok(await one.heard(/HTTP\/1\.1 200 /), way)
      for (const one of ours) one.hangUp()
    }
    assert.ok((await gateway.metric('switchhook_http_refused_total', 'reason="address"')) >= 40)
  }, secure({ limits: { per_address: 5 }, trusted_proxies: ['127.0.0.10/32'] }))
)

test(
  'the log names the client that our own proxy names, and believes nobody else',
  scenario(async ({ gateway }) => {
    const knock = async (from, forwarded) => {
      const line = await Line.open(gateway.port, { from })
      line.say(`GET /v1/agents HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: ${forwarded}\r\nX-Forwarded-Proto: https\r\n\r\n`)
      assert.ok(await line.heard(/HTTP\/1\.1 401 /))
      line.hangUp()
    }
    const told = client => gateway.parsed.some(one => one.event === 'http.denied' && one.client === client)
    // A line a second and worker at most, so it may take more than one knock.
    await eventually(async () => {
      await knock('127.0.0.10', '203.0.113.5, 198.51.100.7')
      return told('198.51.100.7')
    }, 'the last stranger was named')
    await eventually(async () => {
      await knock('127.0.0.9', '203.0.113.6')
      return told('127.0.0.9')
    }, 'who is no proxy of ours was named himself')
    assert.ok(!told('203.0.113.5') && !told('203.0.113.6'))
  }, secure({ trusted_proxies: ['127.0.0.10/32'] }))
)

test(
  'a burst is spread over the workers, and a fresh one takes its part',
  scenario(async ({ gateway }) => {
    const sockets = pid =>
      readdirSync(`/proc/${pid}/fd`).filter(fd => {
        try {
          return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:')
        } catch {
          return false
        }
      }).length
    const burst = async n => Promise.all(Array.from({ length: n }, () => Line.open(gateway.port)))
    const workers = () => gateway.children('worker')
    const before = new Map(workers().map(pid => [pid, sockets(pid)]))
    const lines = await burst(80)
    await eventually(async () => (await gateway.metric('switchhook_http_connections')) >= 80, 'all are accepted')
    const taken = workers().map(pid => sockets(pid) - before.get(pid))
    assert.ok(Math.min(...taken) >= 20, `the workers took ${taken}`)

    // The one that replaces a dead worker has nothing yet, so it gets more than half of what comes.
    const { fresh, old } = await successor(gateway, async () => {
      const line = (await Line.open(gateway.port)).say(GET)
      assert.ok(await line.heard(/HTTP\/1\.1 200 /))
      lines.push(line)
    })
    const had = { fresh: sockets(fresh), old: sockets(old) }
    lines.push(...(await burst(40)))
    await eventually(() => sockets(fresh) + sockets(old) >= had.fresh + had.old + 38, 'all are accepted again')
    assert.ok(sockets(fresh) - had.fresh > 15, `the fresh one took ${sockets(fresh) - had.fresh} of 40`)
    for (const one of lines) one.hangUp()
  }, secure())
)

// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Certificates for a scenario, and clients that send what they are told, byte for byte, plainly or inside TLS.
import { X509Certificate } from 'node:crypto'
import { chmodSync, chownSync, readFileSync } from 'node:fs'
import { connect as plainly } from 'node:net'
import { connect as secretly } from 'node:tls'
import { run, USER } from './place.mjs'
import { eventually } from './time.mjs'

/** Writes FOLDER/NAME.crt and .key, signed by itself, for 127.0.0.1 → {certificate, key, pem, fingerprint}. */
export async function certificate(folder, name, { days = 90 } = {}) {
  const files = { certificate: folder.join(`${name}.crt`), key: folder.join(`${name}.key`) }
  const { status, stderr } = await run('openssl', [
    ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=gateway.test'.split(' '),
    ...['-addext', 'subjectAltName=IP:127.0.0.1', '-days', String(days), '-keyout', files.key, '-out', files.certificate]
  ])
  if (status !== 0) throw new Error(`openssl req: ${stderr}`)
  chmodSync(files.key, 0o600)
  for (const file of Object.values(files)) if (USER) chownSync(file, USER.uid, USER.gid)
  const pem = readFileSync(files.certificate, 'utf8')
  return { ...files, pem, fingerprint: new X509Certificate(pem).fingerprint256 }
}

/** A connection to 127.0.0.1:port that keeps what it hears. tls: options of node's tls.connect, or nothing. */
export class Line {
  text = ''
  closed = false

  static async open(port, { tls, from } = {}) {
    const line = new Line()
    const where = { host: '127.0.0.1', port, localAddress: from }
    line.socket = tls ? secretly({ ...where, rejectUnauthorized: false, ...tls }) : plainly(where)
    line.socket.setNoDelay(true)
    line.socket.on('data', more => {
      if (line.text.length < 1 << 20) line.text += more.toString('latin1')
    })
    line.socket.on('error', error => {
      line.error = error
    })
    line.socket.on('session', session => {
      line.session = session
    })
    line.socket.on('end', () => {
      line.ended = true
    })
    line.socket.on('close', () => {
      line.closed = true
    })
    let up = false
    line.socket.once(tls ? 'secureConnect' : 'connect', () => {
      up = true
    })
    await eventually(() => up || line.closed, 'a connection was made or refused')
    return line
  }

  say(text) {
    if (!this.closed) this.socket.write(text, 'latin1')
    return this
  }
  /** The answers so far: their statuses. */
  get statuses() {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(match => Number(match[1]))
  }
  async heard(pattern) {
    await eventually(() => pattern.test(this.text) || this.closed, `${pattern} was heard`)
    return pattern.test(this.text)
  }
  async end() {
    await eventually(() => this.closed, 'the gateway closed')
    return this
  }
  hangUp() {
    this.socket.destroy()
  }
}

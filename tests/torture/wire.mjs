// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// One connection to Postgres that stays: the matrix asks many times a second, for which a psql each time is too slow.
// The simple query protocol over the Unix socket, as the owner, who sees every tenant; each question is answered by one
// value of JSON.
import { createConnection } from 'node:net'

const int32 = n => {
  const b = Buffer.alloc(4)
  b.writeInt32BE(n)
  return b
}

export class Wire {
  #socket
  #rest = Buffer.alloc(0)
  #waiting // {resolve, reject}: of the question under way
  #value
  #error
  #queue = Promise.resolve()

  constructor({ host, port, user, dbname }) {
    this.to = { path: `${host}/.s.PGSQL.${port}`, user, dbname }
  }

  #connect() {
    const socket = createConnection(this.to.path)
    this.#socket = socket
    this.#rest = Buffer.alloc(0)
    const ready = this.#answer()
    socket.on('data', data => this.#take(Buffer.concat([this.#rest, data])))
    const broken = error => {
      if (this.#socket === socket) this.#socket = undefined
      this.#end(error ?? new Error('Postgres hung up'))
    }
    socket.on('error', broken).on('close', () => broken())
    const words = Buffer.from(`user\0${this.to.user}\0database\0${this.to.dbname}\0options\0-c search_path=switchhook,public\0\0`)
    socket.write(Buffer.concat([int32(words.length + 8), int32(196608), words]))
    return ready
  }

  #answer() {
    this.#value = this.#error = undefined
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  #end(error) {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (error) waiting?.reject(error)
    else waiting?.resolve(this.#value)
  }

  #take(data) {
    while (data.length >= 5 && data.length > data.readInt32BE(1)) {
      const kind = String.fromCharCode(data[0])
      const body = data.subarray(5, data.readInt32BE(1) + 1)
      data = data.subarray(data.readInt32BE(1) + 1)
      if (kind === 'D') this.#value = body.readInt32BE(2) < 0 ? null : body.subarray(6, 6 + body.readInt32BE(2)).toString()
      else if (kind === 'E') this.#error = new Error(/\0M([^\0]*)/.exec(body.toString())?.[1] ?? 'an error of Postgres')
      else if (kind === 'Z') this.#end(this.#error)
    }
    this.#rest = data
  }

  /** The first column of the last row, as text. One question after the other; connects anew where that is needed. */
  text(question) {
    const answer = this.#queue.then(async () => {
      if (!this.#socket) await this.#connect()
      const text = Buffer.from(question + '\0')
      const answered = this.#answer()
      this.#socket.write(Buffer.concat([Buffer.from('Q'), int32(text.length + 4), text]))
      return answered
    })
    this.#queue = answer.catch(() => {})
    return answer
  }

  async json(question) {
    return JSON.parse(await this.text(question))
  }

  /** Rows as objects. */
  rows(question) {
    return this.json(`SELECT coalesce(json_agg(q), '[]') FROM (${question}) q`)
  }

  close() {
    this.#socket?.destroy()
  }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// How the story is told: numbered steps, each request as the curl command that is really run, its answer shortened, and
// one sentence about what it means. Plain text of at most WIDTH columns; bold and dim only on a terminal.
import { spawn } from 'node:child_process'

const WIDTH = 100
const INDENT = '    '
const LONG = 60
const ROWS = 4
const PLAIN = process.env.NO_COLOR || !(process.stdout.isTTY || process.env.FORCE_COLOR)

const style = code => text => (PLAIN ? text : `\x1b[${code}m${text}\x1b[0m`)
const bold = style(1)
const dim = style(2)
const green = style(32)
const red = style(31)

export class Teller {
  /** Shell variables of the story; the commands are run with them, and printed for the reader to set. */
  variables = {}

  line(text = '') {
    process.stdout.write(text + '\n')
  }

  step(n, title) {
    this.line(`\n${bold(`${n}. ${title}`)}`)
  }

  says(text) {
    for (const one of wrapped(text, WIDTH - INDENT.length)) this.line(INDENT + one)
  }

  /** What a request meant, behind an arrow. */
  means(text) {
    const [first, ...rest] = wrapped(text, WIDTH - INDENT.length - 3)
    this.line(`${INDENT}${green('=>')} ${first}`)
    for (const one of rest) this.line(`${INDENT}   ${one}`)
  }

  time(text) {
    this.line(`\n${INDENT}${bold(`--- ${text} ---`)}`)
  }

  /** A shell variable that later commands use. */
  keep(name, value) {
    this.variables[name] = value.replace(/\$(\w+)/g, (_, other) => this.variables[other])
    this.line(`${INDENT}${bold(`export ${name}=${value}`)}`)
  }

  command(text) {
    this.line()
    for (const one of text.split('\n')) this.line(INDENT + bold(one))
  }

  answer(text) {
    for (const one of text) this.line(INDENT + dim(one))
  }

  failed(error, log) {
    this.line()
    this.line(`${INDENT}${red('This step did not happen:')} ${error.message}`)
    for (let cause = error.cause; cause; cause = cause.cause) this.line(`${INDENT}because: ${cause.message}`)
    if (log.length) this.line(`\n${INDENT}The gateway's last words:`)
    for (const one of log) this.line(INDENT + dim(one))
  }

  summary(happened, all) {
    this.line(`\n${bold((happened === all ? green : red)(`${happened} of ${all} steps happened.`))}`)
  }

  /**
   * Runs curl as printed, and returns {status, body}. url begins with a shell variable: '$URL/v1/…'. key: the name of
   * the variable that holds the key. only: the members of the answer that are shown. quiet: nothing is printed.
   */
  async curl(url, { method, key, body, only, quiet, expect = status => status < 300 } = {}) {
    const text = commandOf(url, { method, key, body })
    if (!quiet) this.command(text)
    const { status, answer, error } = await this.#run(text)
    if (!quiet) this.answer(error ? [error] : shown(status, answer, status < 300 && only))
    if (error || !expect(status)) throw new Error(`${method ?? (body ? 'POST' : 'GET')} ${url} was answered ${status || error}: ${answer.slice(0, 500)}`)
    return { status, body: parsed(answer) }
  }

  #run(text) {
    return new Promise((resolve, reject) => {
      const child = spawn('bash', ['-c', `${text} --max-time 30 -w '\\n%{http_code}'`], {
        env: { ...process.env, ...this.variables },
        stdio: ['ignore', 'pipe', 'pipe']
      })
      const out = ['', '']
      for (const [i, stream] of [child.stdout, child.stderr].entries())
        stream.setEncoding('utf8').on('data', part => {
          out[i] += part
        })
      child.on('error', reject)
      child.on('close', code => {
        const at = out[0].lastIndexOf('\n')
        resolve({ status: Number(out[0].slice(at + 1)), answer: out[0].slice(0, at), error: code === 0 ? '' : out[1].trim() })
      })
    })
  }
}

/** The command, over as many lines as it needs. A body that is a string is JSON in quotes already, with shell variables. */
function commandOf(url, { method, key, body }) {
  const quoted = /[?&]/.test(url) ? `"${url}"` : url
  const parts = [`curl -sS ${method ? `-X ${method} ` : ''}${quoted}`]
  if (key) parts.push(`-H "Authorization: Bearer $${key}"`)
  if (body) parts.push(`--json ${typeof body === 'string' ? body : `'${jsonFor(body)}'`}`)
  const one = parts.join(' ')
  return one.length <= WIDTH - INDENT.length && !one.includes('\n') ? one : parts.join(' \\\n  ')
}

/** On one line, or a member a line. */
function jsonFor(body) {
  const one = JSON.stringify(body)
  if (one.length <= WIDTH - INDENT.length - 12) return one
  const members = Object.entries(body).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  return `{\n    ${members.join(',\n    ')}\n  }`
}

function parsed(answer) {
  try {
    return JSON.parse(answer)
  } catch {
    return answer
  }
}

/** Status and body, of an object the members of `only`; of a list a row a line, of anything else three lines at most. */
function shown(status, answer, only) {
  const value = parsed(answer)
  if (Array.isArray(value?.data) && !only?.some(name => name in value)) {
    const rows = value.data.slice(0, ROWS).flatMap(row => broken(abridged(row, only) + ',', '  '))
    return [`${status} {"data":[`, ...rows, ...(value.data.length > ROWS ? ['  …'] : []), ']}']
  }
  const lines = broken(`${status} ${typeof value === 'string' ? value.trim() : abridged(value, only)}`, '')
  return lines.length <= 3 ? lines : [...lines.slice(0, 2), lines[2] + ' …']
}

/** Over several lines, broken behind commas. */
const broken = (text, indent) =>
  wrapped(text, WIDTH - INDENT.length - indent.length, /(?<=,)/).map((line, i) => indent + (i ? INDENT : '') + line.trim())

function abridged(value, only) {
  if (Array.isArray(value)) return `[${value.map(one => abridged(one, only)).join(',')}]`
  if (!only || value === null || typeof value !== 'object') return JSON.stringify(value, shortened)
  const members = only.filter(name => name in value).map(name => `"${name}":${JSON.stringify(value[name], shortened)}`)
  if (Object.keys(value).some(name => !only.includes(name))) members.push('…')
  return `{${members.join(',')}}`
}

const shortened = (_, value) => (typeof value === 'string' && value.length > LONG ? value.slice(0, LONG) + '…' : value)

/** Breaks at blanks, or where `at` says; what has no such place stays long. */
function wrapped(text, width, at = /(?<= )/) {
  const lines = ['']
  for (const piece of text.split(at)) {
    if (lines.at(-1) && (lines.at(-1) + piece).trimEnd().length > width) lines.push('')
    lines[lines.length - 1] += piece
  }
  return lines.map(line => line.trimEnd())
}

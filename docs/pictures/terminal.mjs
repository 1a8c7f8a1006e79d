#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// Draws what a program has written as the picture of a terminal. The picture of the README is made so:
//
//   FORCE_COLOR=1 ./quickstart --exit | node docs/pictures/terminal.mjs 9 11 >docs/pictures/quickstart.svg
//
// The numbers are the first and the last step that are shown. Bold, dim and two colours are known, as ./quickstart uses them.
const COLUMNS = 100
const [CELL, LINE, SIZE, EDGE, BAR] = [7.8, 18, 13, 18, 34]
const PAINT = { 1: 'font-weight="600" fill="#f0f3f6"', 2: 'fill="#8b949e"', 31: 'fill="#ff7b72"', 32: 'fill="#56d364"' }

const [first = '1', last = '99'] = process.argv.slice(2)
const text = Buffer.concat(await process.stdin.toArray()).toString()
const lines = steps(text.split('\n'), Number(first), Number(last))

/** The lines of steps a to b. */
function steps(all, a, b) {
  const starts = all.flatMap((line, i) => {
    const match = /^(?:\x1b\[1m)?(\d+)\. /.exec(line)
    return match ? [[Number(match[1]), i]] : []
  })
  const from = starts.find(([n]) => n >= a)?.[1] ?? 0
  const to = starts.find(([n]) => n > b)?.[1] ?? all.length
  return all.slice(from, to).join('\n').trimEnd().split('\n')
}

const escaped = text => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** One line as pieces of one colour each. */
function drawn(line, i) {
  let paint = ''
  const pieces = line.split(/(\x1b\[\d*m)/).map(piece => {
    const code = /^\x1b\[(\d*)m$/.exec(piece)
    if (!code) return piece && `<tspan ${paint}>${escaped(piece)}</tspan>`
    paint = PAINT[code[1]] ?? ''
    return ''
  })
  return `<text x="${EDGE}" y="${BAR + LINE * (i + 1)}">${pieces.join('')}</text>`
}

const width = Math.ceil(COLUMNS * CELL + 2 * EDGE)
const height = BAR + LINE * lines.length + EDGE
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>./quickstart, steps ${first} to ${last}</title>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<g fill="#30363d"><circle cx="22" cy="18" r="6"/><circle cx="42" cy="18" r="6"/><circle cx="62" cy="18" r="6"/></g>
<g xml:space="preserve" style="white-space:pre" fill="#c9d1d9" font-size="${SIZE}" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace">
${lines.map(drawn).join('\n')}
</g>
</svg>
`)

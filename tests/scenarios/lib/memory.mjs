// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// The memory of a running process, as a debugger or a core dump would have it: /proc/PID/mem. Root may read it; the
// gateway's own user may not (its processes are not dumpable), but for a build with sanitizers, which needs that.
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'

const PIECE = 1 << 20
// Larger mappings are the shadow of a sanitizer, and hold no bytes of ours.
const MOST = 2 ** 32

/** false: not allowed to this user. */
export function readable(pid) {
  try {
    closeSync(openSync(`/proc/${pid}/mem`, 'r'))
    return true
  } catch (error) {
    if (error.code === 'EACCES' || error.code === 'EPERM') return false
    throw error
  }
}

/** [{from, to, rights, name, flags}]: flags as of /proc/PID/smaps: lo locked, dd left out of dumps, wf zeros in a child. */
export function mappings(pid) {
  const list = []
  for (const line of readFileSync(`/proc/${pid}/smaps`, 'utf8').split('\n')) {
    const head = /^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s*(.*)$/.exec(line)
    if (head) list.push({ from: parseInt(head[1], 16), to: parseInt(head[2], 16), rights: head[3], name: head[4] })
    else if (line.startsWith('VmFlags:')) list.at(-1).flags = line.split(' ').slice(1).filter(Boolean)
  }
  return list
}

/** Searches all that the process can read. canaries: {name: bytes or text}; → [{name, at, mapping}] */
export function search(pid, canaries) {
  const needles = Object.entries(canaries).map(([name, bytes]) => [name, Buffer.from(bytes)])
  const overlap = Math.max(...needles.map(([, bytes]) => bytes.length)) - 1
  const mem = openSync(`/proc/${pid}/mem`, 'r')
  const buffer = Buffer.alloc(PIECE + overlap)
  const found = []
  try {
    for (const mapping of mappings(pid)) {
      const { from, to, rights, name } = mapping
      if (!rights.startsWith('r') || to - from > MOST || name === '[vvar]' || name === '[vsyscall]') continue
      for (let at = from; at < to; at += PIECE) {
        let n
        try {
          n = readSync(mem, buffer, 0, Math.min(buffer.length, to - at), at)
        } catch {
          continue // a file's mapping past its end
        }
        const piece = buffer.subarray(0, n)
        for (const [canary, bytes] of needles)
          for (let hit = piece.indexOf(bytes); hit >= 0 && hit < PIECE; hit = piece.indexOf(bytes, hit + 1))
            found.push({ name: canary, at: at + hit, mapping })
      }
    }
  } finally {
    closeSync(mem)
  }
  return found
}


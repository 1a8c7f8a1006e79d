// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Switchhook Authors
//
// A folder of drivers for one scenario: the installed ones, and versions of tests/drivers/hostile that are compiled here.
// Files come and go by rename, as an operator's package manager does it.
//
//   scenario(async ({ drivers, gateway }) => {
//     await drivers.put('hostile', '1.0')            // misbehaves when asked to
//     await drivers.put('retell', '1.1', 'TAME')     // Retell's own code, another file
//   }, { drivers: drivers => drivers.put('hostile', '1.0') })
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { installed, run } from './place.mjs'

const TOP = fileURLToPath(new URL('../../..', import.meta.url))

export class Drivers {
  #made = new Map()
  constructor(folder) {
    this.folder = folder
    this.path = folder.join('drivers')
    this.store = folder.join('driver-store')
    for (const path of [this.path, this.store]) {
      mkdirSync(path, { mode: 0o755 })
      folder.own(path)
    }
    const from = join(installed().prefix, 'lib/switchhook/drivers')
    for (const file of readdirSync(from).filter(name => name.endsWith('.so'))) copyFileSync(join(from, file), join(this.path, file))
  }

  file(name) {
    return join(this.path, `switchhook-${name}.so`)
  }

  /** Retell's own code, as if its list of calls proved nothing. */
  async noList() {
    const args = ['-w', '-O1', '-fPIC', '-shared', '-fvisibility=hidden', '-I', TOP, '-I', join(TOP, 'gateway/include')]
    args.push(join(TOP, 'tests/torture/nolist.c'), '-o', this.file('retell'))
    const { status, stderr } = await run(process.env.CC?.split(' ').at(-1) || 'cc', args)
    if (status !== 0) throw new Error(`the compiler: ${stderr}`)
  }

  /** tests/drivers/hostile under a name and a version, compiled once; flags: TAME, AT_LOAD, MUTE (places no calls), EARS (webhooks alone), DEAF (all but webhooks). */
  #make(name, version, flags) {
    const key = [name, version, ...flags].join('-')
    if (!this.#made.has(key)) {
      const out = join(this.store, key)
      const args = ['-w', '-O0', '-fPIC', '-shared', '-fvisibility=hidden', '-I', TOP, '-I', join(TOP, 'gateway/include')]
      args.push(`-DHOSTILE_NAME="${name}"`, `-DHOSTILE_VERSION="${version}"`, ...flags.map(flag => `-DHOSTILE_${flag}`))
      args.push(join(TOP, 'tests/drivers/hostile/hostile.c'), '-o', out)
      this.#made.set(
        key,
        run(process.env.CC?.split(' ').at(-1) || 'cc', args).then(({ status, stderr }) => {
          if (status !== 0) throw new Error(`the compiler: ${stderr}`)
          return out
        })
      )
    }
    return this.#made.get(key)
  }

  async put(name, version, ...flags) {
    const made = await this.#make(name, version, flags)
    copyFileSync(made, this.file(name) + '.new')
    renameSync(this.file(name) + '.new', this.file(name))
  }

  /** Bytes that are no driver. */
  spoil(name, bytes = 'not a shared object\n') {
    writeFileSync(this.file(name) + '.new', bytes)
    renameSync(this.file(name) + '.new', this.file(name))
  }

  remove(name) {
    rmSync(this.file(name))
  }
}

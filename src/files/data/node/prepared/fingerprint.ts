/** What a prepared copy was made of: names, sizes and times of files, so that a change is noticed. */
import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { throwIfAborted } from '../../../../interrupted.ts'

/** Files that are looked at before other work has its turn. */
const atOnce = 500

/**
 * A digest of the names, sizes and times of change of files: of a folder with all below it, of a file with the labels beside it.
 *
 * @throws TweedieError `interrupted`
 */
export async function fingerprintOf(paths: readonly string[], signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  let seen = 0
  const walk = async (path: string, name: string, visited: readonly string[]): Promise<void> => {
    if (++seen % atOnce === 0) {
      await setImmediate()
      throwIfAborted(signal)
    }
    const found = statSync(path, { throwIfNoEntry: false })
    if (!found?.isDirectory()) {
      hash.update(`${name}\0${found?.size}\0${found?.mtimeMs}\n`)
      return
    }
    const identity = `${found.dev}:${found.ino}`
    if (visited.includes(identity)) return
    for (const entry of readdirSync(path).toSorted()) {
      if (!entry.startsWith('.')) await walk(join(path, entry), `${name}/${entry}`, [...visited, identity])
    }
  }
  for (const path of paths) {
    await walk(path, path, [])
    if (statSync(path, { throwIfNoEntry: false })?.isFile()) {
      const beside = readdirSync(dirname(path)).filter((name) => isLabels.test(name) && name !== basename(path))
      for (const name of beside.toSorted()) await walk(join(dirname(path), name), name, [])
    }
  }
  return hash.digest('hex').slice(0, 32)
}

const isLabels = /label|^y\./i

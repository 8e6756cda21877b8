/** The package as it is built: a process of its own starts several times as fast from that as from TypeScript. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')
const main = join(root, 'dist/cli/main.js')
const lock = join(root, 'dist/.building')
/** Milliseconds after which a lock was left by a process that is gone. */
const longest = 60_000

let ready = false

/**
 * A file of `dist`: `cli/main.js` is what Node runs. What `build.ts` writes is written anew first, where a source has changed since.
 */
export function built(file: string): string {
  while (!ready) {
    ready = (!existsSync(lock) && isFresh()) || build()
    if (!ready) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
  return join(root, 'dist', file)
}

/** False where another worker is at it. */
function build(): boolean {
  mkdirSync(join(root, 'dist'), { recursive: true })
  if (Date.now() - changed(lock) > longest) rmSync(lock, { recursive: true, force: true })
  try {
    mkdirSync(lock)
  } catch {
    return false
  }
  try {
    execFileSync(process.execPath, ['--import', 'tsx', 'build.ts'], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] })
    return true
  } finally {
    rmSync(lock, { recursive: true })
  }
}

function isFresh(): boolean {
  const written = changed(main)
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('lab'))
    .map((name) => join('src', name))
  return ['build.ts', 'package.json', ...sources].every((name) => changed(join(root, name)) <= written)
}

function changed(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

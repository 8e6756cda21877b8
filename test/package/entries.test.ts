/** What the package is built into: every entry loads by itself and exports what its source does. */
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('../..', import.meta.url))

const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [{ name: join('tweedie', name), ...target }],
)

describe.each(entries)('$name', ({ name, types, default: file }) => {
  it('loads by itself and exports what its source does', async () => {
    const script = `console.log(Object.keys(await import('${name}')).join())`
    const built = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: root, encoding: 'utf8' })
    const source = (await import(join(root, file.replace('./dist/', 'src/').replace(/js$/, 'ts')))) as object
    expect(built.trim().split(',').toSorted()).toEqual(Object.keys(source).toSorted())
  })

  it('has declarations', () => {
    expect(existsSync(join(root, types))).toBe(true)
  })
})

it('carries the licences of the code of others that is in it', () => {
  const borrowed = readFileSync(join(root, 'dist/chunks/borrowed.js'), 'utf8')
  expect(borrowed).toContain('Colin McDonnell')
  expect(borrowed.match(/Permission is hereby granted/g)).toHaveLength(2)
})

it('needs nothing at run time that is not installed with it', () => {
  const files = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.js'),
  )
  const wanted = files.flatMap((path) =>
    [
      ...readFileSync(join(root, 'dist', path), 'utf8').matchAll(
        /^import .*from "([^"./][^"]*)"|import\("([^"./][^"]*)"\)/gm,
      ),
    ].map((match) => match[1] ?? match[2]!),
  )
  const installed = { ...manifest.dependencies, ...manifest.optionalDependencies }
  const missing = wanted.filter((name) => !name.startsWith('node:') && !Object.hasOwn(installed, packageOf(name)))
  expect(missing).toEqual([])
  expect(wanted).toContain('sharp')
})

/** `@scope/name/path` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

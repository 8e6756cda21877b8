/** What the package is built into: every entry loads by itself and exports what its source does. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
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
    expect(built.trim().split(',').filter(Boolean).toSorted()).toEqual(Object.keys(source).toSorted())
  })

  it('has declarations', () => {
    expect(existsSync(join(root, types))).toBe(true)
  })
})

it.each([
  ['borrowed', 'Colin McDonnell', 'Permission is hereby granted', 2],
  ['borrowed-fflate', 'Arjun Barrett', 'Permission is hereby granted', 1],
  ['borrowed-papaparse', 'Matthew Holt', 'Permission is hereby granted', 1],
  ['borrowed-tokenizers', 'Apache License', 'Grant of Copyright License', 1],
])('%s carries the licences of the code of others that is in it', (name, who, grant, times) => {
  const borrowed = readFileSync(join(root, `dist/chunks/${name}.js`), 'utf8')
  expect(borrowed).toContain(who)
  expect(borrowed.split(grant)).toHaveLength(times + 1)
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
  const installed = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies }
  const missing = wanted.filter((name) => !name.startsWith('node:') && !Object.hasOwn(installed, packageOf(name)))
  expect(missing).toEqual([])
  expect(wanted).toContain('sharp')
})

it('finds again what became of a graph, and trains the same with it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-package-test-'))
  const script = `
    import { createTrainer, data, defaultSpec, nodeEngine } from 'tweedie'
    const shape = [1, 16, 16]
    const pixels = Uint8Array.from({ length: 16 * 256 }, (_, i) => (i * i) % 256)
    const dataset = data.createDataset({ name: 'waves', kind: 'image', shape, data: pixels })
    const spec = defaultSpec({ ...dataset, classes: 0 }, { seed: 1 })
    const trainer = await createTrainer(spec, dataset, await nodeEngine(), { threads: 1 })
    const { loss } = await trainer.step(10)
    console.log(loss, (await trainer.step(10)).loss, trainer.state.params[1234])
  `
  const options = { cwd: root, encoding: 'utf8', env: { ...process.env, TWEEDIE_CACHE: folder } } as const
  const run = (): string => execFileSync(process.execPath, ['--input-type=module', '-e', script], options)
  try {
    const first = run()
    const kept = readdirSync(folder).toSorted()
    // The graphs of a step and of Muon's products, and which step was the last: only the built package knows what code it is.
    expect(kept.map((name) => name.split('.')[1]).toSorted()).toEqual(['graph', 'graph', 'last'])
    expect(run()).toBe(first)
    expect(readdirSync(folder).toSorted()).toEqual(kept)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it('shows its help without loading what computes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-help-test-'))
  try {
    const env = { ...process.env, NODE_V8_COVERAGE: folder }
    execFileSync(process.execPath, [join(root, 'bin/tweedie.js'), '--help'], { env })
    const [report] = readdirSync(folder)
    const { result } = JSON.parse(readFileSync(join(folder, report!), 'utf8')) as { result: { url: string }[] }
    const loaded = result.map(({ url }) => url.replace(/^.*\/(dist|node_modules)\//, ''))
    expect(loaded).toContain('cli/main.js')
    expect(loaded.filter((file) => /^chunks\/(graph|nn|borrowed|io|data|runtime)\.js$/.test(file))).toEqual([])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

/** `@scope/name/path` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

/** Entries that claim to run anywhere, as published: a browser loads them from a folder of static files, with no bundler and no import map. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import { findChromium } from '../support/chromium.ts'
import { openPage } from '../support/page.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a browser gets of each entry, below `dist`. */
const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string'
    ? []
    : [{ name, file: ('browser' in target ? target.browser : target.default).replace('./dist/', '') }],
)

/** Every file that an entry reaches → the modules that it asks for by name. */
function reached(file: string, found = new Map<string, string[]>()): Map<string, string[]> {
  if (found.has(file)) return found
  const wanted = [
    ...readFileSync(join(root, 'dist', file), 'utf8').matchAll(
      /^(?:import|export)\b[^'"\n]*?(?:from )?"([^"]+)"|\bimport\("([^"]+)"\)|\brequire\("([^"]+)"\)/gm,
    ),
  ].map((match) => (match[1] ?? match[2] ?? match[3])!)
  found.set(
    file,
    wanted.filter((name) => !name.startsWith('.')),
  )
  for (const name of wanted) if (name.startsWith('.')) reached(join(dirname(file), name), found)
  return found
}

describe.each(entries)('$name in a browser', ({ name, file }) => {
  it('reaches nothing of Node, and no other package', () => {
    const files = reached(file)
    expect([...files.keys()].every((each) => existsSync(join(root, 'dist', each)))).toBe(true)
    // The runtime is loaded when an engine is made, by this name or from a URL.
    const runtime = (id: string): boolean => name.startsWith('./web') && id.startsWith('onnxruntime-web/')
    // What a page may load besides, if it has it: optional peers, loaded when files of their formats are opened.
    const optional = Object.keys(manifest.peerDependenciesMeta).filter((peer) => peer !== 'onnxruntime-web')
    const isOptional = (id: string): boolean => optional.some((peer) => id === peer || id.startsWith(`${peer}/`))
    const others = [...files].flatMap(([each, ids]) =>
      ids.filter((id) => !runtime(id) && !isOptional(id)).map((id) => `${each} → ${id}`),
    )
    expect(others).toEqual([])
  })
})

it('sees what an entry for Node reaches', () => {
  const names = [...reached('index.js').values()].flat()
  expect(names).toContain('node:fs')
  expect(names).toContain('sharp')
})

describe.skipIf(findChromium() === undefined)('a page without a bundler', () => {
  it('loads every entry, with what its source exports', async () => {
    const list = JSON.stringify(entries.map(({ file }) => `/dist/${file}`))
    const text = `globalThis.loaded = Promise.all(${list}.map(async (file) => Object.keys(await import(file))))`
    const contents = { '/dist/': { folder: join(root, 'dist') }, '/test.js': { type: 'text/javascript', text } }
    await using opened = await openPage({ contents })
    const loaded = await opened.page.evaluate(() => (globalThis as unknown as { loaded: Promise<string[][]> }).loaded)
    for (const [i, { name, file }] of entries.entries()) {
      const source = (await import(join(root, 'src', file.replace(/js$/, 'ts')))) as object
      expect(loaded[i]!.toSorted(), name).toEqual(Object.keys(source).toSorted())
    }
    expect(opened.errors).toEqual([])
  }, 180_000)
})

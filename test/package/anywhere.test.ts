/** Entries that claim to run anywhere: bundlers for browsers take them, and their types need no library but the language's. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build as esbuild } from 'esbuild'
import { rolldown } from 'rolldown'
import { expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Those that have another file for Node: what a browser gets is the one under its condition. */
const withNode: readonly string[] = ['.', './runtime', './app']

const entries = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [{ name: join('tweedie', name), path: name, target }],
)
const inBrowser = (target: (typeof entries)[number]['target']): string =>
  join(root, 'browser' in target ? target.browser : target.default)

it.each(entries)('$name is one file for all, or says which is for Node', ({ path, target }) => {
  expect('browser' in target).toBe(withNode.includes(path))
})

/** Entry → its file for browsers. All are bundled at once, which takes each module once. */
const inputs = Object.fromEntries(
  entries.map(({ path, target }) => [`${path.slice(1)}/entry`.slice(1), inBrowser(target)]),
)

it('all bundle with esbuild', async () => {
  const { metafile } = await esbuild({
    entryPoints: inputs,
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'out',
    platform: 'browser',
    format: 'esm',
    logLevel: 'silent',
  })
  const made = Object.values(metafile.outputs)
  expect(made.filter(({ entryPoint }) => entryPoint !== undefined)).toHaveLength(entries.length)
  expect(made.flatMap(({ imports }) => imports)).toEqual([])
})

it('all bundle with rolldown', async () => {
  const said: string[] = []
  const bundle = await rolldown({
    input: inputs,
    platform: 'browser',
    onLog: (level, { message }) => void (level === 'warn' && said.push(message)),
  })
  const { output } = await bundle.generate({ format: 'esm' })
  await bundle.close()
  expect(said).toEqual([])
  expect(output.filter((chunk) => chunk.type === 'chunk' && chunk.isEntry)).toHaveLength(entries.length)
  // files of the bundle may be several; nothing else is imported
  const made = new Set(output.map(({ fileName }) => fileName))
  const imports = output.flatMap((chunk) => (chunk.type === 'chunk' ? [...chunk.imports, ...chunk.dynamicImports] : []))
  expect(imports.filter((file) => !made.has(file))).toEqual([])
})

/** Entries for pages, whose types are those of a page. */
const ofPages = (path: string): boolean => path.startsWith('./web')

it.each([
  ['has types that need neither the DOM nor Node', ['es2022'], entries.filter(({ path }) => !ofPages(path))],
  [
    'has types for pages that need no Node',
    ['es2022', 'dom', 'dom.iterable'],
    entries.filter(({ path }) => ofPages(path)),
  ],
])(
  '%s',
  (_, lib, some) => {
    const project = mkdtempSync(join(tmpdir(), 'tweedie-types-test-'))
    try {
      installPublished(join(project, 'node_modules'))
      const compilerOptions = {
        target: 'es2022',
        lib,
        module: 'nodenext',
        strict: true,
        skipLibCheck: false,
        noEmit: true,
        types: [],
        preserveSymlinks: true,
      }
      writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
      // Each alone: what one entry declares must not help another.
      for (const [i, { name }] of some.entries()) {
        writeFileSync(join(project, 'use.ts'), `import * as entry${i} from '${name}'\nexport default entry${i}\n`)
        expect(tsc(project), name).toBe('')
      }
    } finally {
      rmSync(project, { recursive: true })
    }
  },
  120_000,
)

/** The package with the files that are published and no others; its dependencies are not there, so its types must do without theirs. */
function installPublished(folder: string): void {
  for (const file of ['package.json', ...manifest.files]) {
    const to = join(folder, 'tweedie', file)
    mkdirSync(dirname(to), { recursive: true })
    if (existsSync(join(root, file))) symlinkSync(join(root, file), to)
  }
}

function tsc(project: string): string {
  try {
    return execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
      encoding: 'utf8',
    })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

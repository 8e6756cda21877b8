/**
 * The package's JavaScript: one file a room (and one for each command and for what needs Node), since a program that loads five
 * hundred modules one by one waits for that longer than for anything else at its start. Declarations are written by `tsc`.
 */
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'rolldown'
import manifest from './package.json' with { type: 'json' }

/** Installed beside the package, not put into it. */
const installed = [
  ...Object.keys(manifest.dependencies),
  ...Object.keys(manifest.optionalDependencies),
  ...Object.keys(manifest.peerDependencies),
]

/** What the package exports, as `dist` will have it → its source; the command line; and what is run as a process of its own. */
const exported = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'string' ? [] : Object.entries(target).flatMap(([kind, file]) => (kind === 'types' ? [] : [file])),
)
const sources = [
  ...new Set([
    ...exported,
    './dist/cli/main.js',
    './dist/engine/runtime/node/binding-host.js',
    './dist/app/node/threads/rank-host.js',
  ]),
].map((file) => file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))

/**
 * Code of others in the package travels with its licence: a file of each, and one of what nearly everything needs. So a page loads
 * the package from a folder, with no bundler and no import map; one of them could not be loaded otherwise, since it is no module.
 */
const borrowed: Readonly<Record<string, readonly string[]>> = {
  borrowed: ['zod', '@oxc-project/runtime'],
  'borrowed-fflate': ['fflate'],
  'borrowed-papaparse': ['papaparse'],
  'borrowed-tokenizers': ['@huggingface/tokenizers'],
  'borrowed-yaml': ['yaml'],
  'borrowed-hono': ['hono', '@hono/node-server'],
}

/** Papaparse asks for Node's streams if it is given one, which never happens; the question alone would trouble bundlers. */
const noStreams = {
  name: 'no-streams',
  resolveId: (id: string) => (id === 'stream' ? '\0/node_modules/papaparse/stream' : null),
  load: (id: string) => (id.endsWith('/papaparse/stream') ? 'export {}' : null),
}

/**
 * What a graph becomes depends on this code: graphs that were kept by other code are not used (`src/engine/runtime/node/ort-cache.ts`). All
 * sources count, so that there is no list of some to be kept true.
 */
const codeDigest = createHash('sha256').update(manifest.version)
for (const path of readdirSync('src', { recursive: true, encoding: 'utf8' }).toSorted()) {
  if (path.endsWith('.ts') && !path.startsWith('lab'))
    codeDigest.update(`\n${path}\n`).update(readFileSync(join('src', path)))
}

/** What a page needs whose worker does the work: apart, so that no bundler takes more of the package into the page. */
const ofPage =
  /^(app\/web\/(page|worker\/(connect|calls|line|plain-error|remote-\w+))|files\/io\/web\/(folder-input|encode-picture)|files\/data\/web\/(data-input|named-file|dropped-files))$/

/**
 * What a worker needs until it trains images or points, what it needs besides to keep what it trained, and to draw. In each room they are files
 * apart from the rest, so that pages load little more: bundlers split by files.
 */
const early = reachedFrom([
  'src/app/web/worker.ts',
  'src/families/values/family.ts',
  'src/engine/nn/mlp.ts',
  'src/engine/nn/unet2d/unet2d.ts',
])
const keeping = reachedFrom([
  'src/families/values/snapshot.ts',
  'src/families/values/model.ts',
  'src/families/values/parse-spec.ts',
  'src/tools/train/decode-checkpoint.ts',
  'src/tools/train/parse-run-record.ts',
  'src/files/io/files-to-save.ts',
])
const drawing = reachedFrom(['src/families/values/draw.ts'])

/** What commands need that open a model and draw from it, and what else training in a folder needs: judges, servers and shards are another file. */
const making = reachedFrom(['src/app/node/make.ts', 'src/app/node/open-folder.ts'])
const learning = reachedFrom(['src/app/node/train-run.ts'])

/** The files of a room, by how early they are needed; what none has is the rest. */
const levels = [
  [early, ''],
  [keeping, '-keep'],
  [drawing, '-draw'],
  [making, '-make'],
] as const

/** Wings of several rooms; every room is a file of the package, or two. */
const wings: ReadonlySet<string> = new Set(['engine', 'diffusion', 'files', 'tools', 'families'])

await build({
  input: Object.fromEntries(sources.map((file) => [file.slice('src/'.length, -'.ts'.length), file])),
  external: (id) => id.startsWith('node:') || installed.some((name) => id === name || id.startsWith(`${name}/`)),
  platform: 'neutral',
  plugins: [noStreams],
  // An entry only passes names on, so nothing is ever added to what it exports (a test holds it to that).
  preserveEntrySignatures: 'allow-extension',
  transform: { target: 'es2022', define: { CODE_DIGEST: JSON.stringify(codeDigest.digest('hex')) } },
  resolve: { mainFields: ['module', 'main'] },
  tsconfig: 'tsconfig.build.json',
  output: {
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    // The declarations have them.
    comments: { legal: true, annotation: true, jsdoc: false },
    chunkFileNames: 'chunks/[name].js',
    codeSplitting: {
      includeDependenciesRecursively: false,
      groups: [{ debugName: 'rooms', name: (id) => roomOf(id) }],
    },
    banner: ({ name }) => (borrowed[name] ? licences(borrowed[name]) : ''),
  },
})

/** The file that a module is put into; null where that is left to how it is used. */
function roomOf(module: string): string | null {
  // of this folder alone: a checkout may lie below another `src`
  const id = posix(module).replace(posix(import.meta.dirname), '')
  const path = /^\/src\/(.*)\.ts$/.exec(id)?.[1]
  const owner = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]
  if (owner !== undefined) return Object.keys(borrowed).find((name) => borrowed[name]!.includes(owner)) ?? 'borrowed'
  if (path === undefined) return 'borrowed'
  const parts = path.split('/')
  if (parts.length === 1) return path === 'errors' ? path : null
  if (parts[0] === 'cli') return null
  // What a worker does as it loads: bundlers keep it, since `sideEffects` in package.json names its file.
  if (path === 'app/web/worker') return null
  // What a thread does as it loads is for threads alone.
  if (path === 'app/node/threads/rank-host') return null
  if (ofPage.test(path)) return 'page'
  // Opens data by name, which takes more where they are files: apart, for all who have their data at hand.
  if (/^files\/data\/open\/(open-(dataset|source)|source-of)$/.test(path)) return 'data-open'
  // A run that is kept in a page needs it with every checkpoint.
  if (path === 'files/data/formats/zip') return 'zip'
  if (path.startsWith('app/submit/')) return 'submit'
  // A page that asks a server needs no more than that; the server is loaded by the command that starts it.
  if (path === 'app/serving/client') return 'serving-client'
  if (/^app\/(serving|node\/serve)\//.test(path)) return 'serving'
  // What trains adapters, or adds them, is loaded by those who do.
  if (path.startsWith('app/adapters/')) return 'app-adapters'
  // What the help of a command needs is light, and the families themselves are loaded when they are asked.
  if (
    /^families\/(registry|family|choices|((draw|file|train)-)?options|[^/]+\/(entry|classes|options\/.*))$/.test(path)
  )
    return 'families'
  if (/^app\/(request|(run|train|open|adapt)-options)$/.test(path)) return 'families'
  if (
    /^(files\/data\/(options|image-fits|kinds|records|any-dataset|fields\/time-cell)|diffusion\/flow\/classes)$/.test(
      path,
    )
  )
    return 'families'
  if (path === 'app/node/version') return 'version'
  // Where things are kept; the judges, who keep most of it, are loaded by those who judge.
  if (path === 'tools/eval/store') return 'store'
  if (path === 'tools/eval/node/folder-store') return 'store-node'
  if (path.startsWith('app/node/') && making.has(`src/${path}.ts`)) return 'app-node-draw'
  if (path.startsWith('app/node/') && learning.has(`src/${path}.ts`)) return 'app-node-train'
  const [, rest] = levels.find(([files]) => files.has(`src/${path}.ts`)) ?? [undefined, '-more']
  if (/^families\/[^/]+$/.test(path)) return `families-common${rest}`
  const deep = wings.has(parts[0]!) && parts.length > 2
  const [room, inside] = deep ? [parts[1]!, parts[2]] : [parts[0]!, parts[1]]
  // A family may have the name of what it is made of.
  const name = deep && parts[0] === 'families' ? `family-${room}` : room
  if (inside === 'node') return making.has(`src/${path}.ts`) ? `${name}-node` : `${name}-node-more`
  if (inside === 'web') return `${name}-web${rest}`
  return (deep && parts[0] !== 'families') || room === 'compiled' || name === 'family-values' || name === 'family-words'
    ? name + rest
    : name
}

/** These files, and all that they load before anything is asked for. */
function reachedFrom(files: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (file: string): void => {
    if (found.has(file)) return
    found.add(file)
    const wanted = readFileSync(file, 'utf8').matchAll(/^(?:import|export)(?! type\b)[^'"]*? from '(\.[^']+)'/gm)
    for (const [, name] of wanted) visit(join(dirname(file), name!))
  }
  for (const file of files) visit(file)
  return found
}

function licences(packages: readonly string[]): string {
  const texts = packages.map(
    (name) => `${name}\n\n${readFileSync(join('node_modules', name, 'LICENSE'), 'utf8').trim()}`,
  )
  return `/*!\n${texts.join('\n\n')}\n*/`
}

/** A path with slashes. */
function posix(path: string): string {
  return path.replaceAll('\\', '/')
}

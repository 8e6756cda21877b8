/**
 * The wings and rooms of the house: who may import whom. No arrow climbs, no imports run in a circle (imports of types count),
 * and what must run anywhere knows nothing of Node or the DOM.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

/** The wings, each standing on those before it. `errors.ts`, `interrupted.ts`, `once.ts`, `join-bytes.ts` and `own-made.ts` are open to all; `index.ts` and `core.ts` stand on everything. */
const wings: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  diffusion: ['engine'],
  files: ['engine'],
  compiled: ['engine', 'diffusion', 'files'],
  tools: ['engine', 'diffusion', 'files', 'compiled'],
  families: ['engine', 'diffusion', 'files', 'compiled', 'tools'],
  app: ['engine', 'diffusion', 'files', 'compiled', 'families', 'tools'],
  cli: ['engine', 'diffusion', 'files', 'compiled', 'families', 'tools', 'app'],
  lab: ['engine', 'diffusion', 'files', 'compiled', 'families', 'tools', 'app'],
}

/** Within a wing of several rooms: each room with those of its wing that it stands on. */
const rooms: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  engine: {
    graph: [],
    simd: [],
    random: ['simd'],
    onnx: ['graph'],
    runtime: ['onnx', 'graph', 'simd'],
    optim: ['random', 'simd'],
    descent: ['graph', 'optim'],
    muon: ['descent', 'graph', 'optim', 'runtime'],
    nn: ['graph', 'random'],
  },
  diffusion: {
    noise: [],
    denoise: ['noise'],
    sample: ['denoise', 'noise'],
    measure: ['denoise'],
    guidance: ['measure', 'sample', 'denoise', 'noise'],
    trajectory: ['guidance', 'measure', 'sample', 'denoise', 'noise'],
    prior: ['denoise', 'noise', 'trajectory'],
    likelihood: ['denoise', 'noise', 'sample'],
    discrete: ['denoise', 'sample', 'noise'],
    mixed: ['denoise', 'noise', 'discrete', 'likelihood'],
    distil: ['denoise', 'noise'],
    'ode-flow': ['denoise', 'sample', 'likelihood'],
    latent: ['denoise', 'noise', 'likelihood'],
    flow: [],
    centred: ['denoise', 'likelihood', 'sample'],
  },
  files: {
    text: [],
    molecules: [],
    data: ['text', 'molecules'],
    io: ['data'],
    show: ['data', 'io', 'text', 'molecules'],
  },
  tools: { metrics: [], train: [], shards: ['train'], eval: ['train', 'metrics', 'shards'] },
}

/** Wings and rooms that run in a browser as they are. */
const anywhere =
  /^src\/((errors|eval|globals\.d|interrupted|once|own-made|suggest|join-bytes|system-error|options|words|core|train|trajectory|molecules|model)\.ts$|(engine|diffusion|compiled|families)\/|files\/(text|show|molecules)\/|tools\/(metrics|shards)\/|(files\/(data|io)|tools\/(train|eval))\/(?!node\/))/
/** Within these: where Node may be used. */
const ofNode = /^src\/((index|runtime)\.ts$|cli\/|(app|engine\/runtime|files\/(data|io)|tools\/(train|eval))\/node\/)/
/** Where the means of a browser may be used, and packages that are made for one. */
const ofWeb = /^src\/(lab\/|(app|engine\/runtime|files\/(data|io)|tools\/(train|eval))\/web\/)/
/** Packages that are pure JavaScript, each where the one file is that stands on it. */
const packages: Readonly<Record<string, readonly string[]>> = {
  '@huggingface/tokenizers': ['src/files/text/hub-library.ts'],
  h5wasm: ['src/files/data/formats/netcdf4.ts'],
  hyparquet: ['src/files/data/formats/parquet.ts'],
  netcdfjs: ['src/files/data/formats/netcdf3.ts'],
  fflate: [
    'src/files/data/formats/idx.ts',
    'src/files/data/formats/npz.ts',
    'src/files/data/formats/unzip.ts',
    'src/files/data/formats/zip-ranges.ts',
    'src/files/data/formats/zip.ts',
    'src/files/io/png.ts',
  ],
  openchemlib: ['src/files/molecules/openchemlib.ts'],
  papaparse: ['src/files/data/formats/table.ts'],
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => join('src', file).split(sep).join('/'))

const imports = files.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^'"]*?from '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    (match) => {
      const name = (match[1] ?? match[2])!
      const target = name.startsWith('.')
        ? normalize(join(file, '..', name))
            .split(sep)
            .join('/')
        : name
      return { file, name, target }
    },
  ),
)

/** How one asks a model, or what it was made from, which kind it is. What data and conditions are may be asked. */
const questions =
  /\bis(Token|Embedding)Model\b|'(look|process|embeddings|scale)' in\b|'vocabulary' in (?!network)|\bprocess [!=]==? (null|undefined)|\b(model|meta)\b[\w.]*\.kind [!=]== 'tokens'/

/** `src/engine/graph/ops.ts` → `['engine', 'graph']`. */
function placeOf(file: string): readonly [wing: string | undefined, room: string | undefined] {
  const [, wing, room] = /^src\/([^/]+)\/(?:([^/]+)\/)?/.exec(file) ?? []
  return [wing, room]
}

describe('wings and rooms', () => {
  test('every import is seen', () => expect(imports.length).toBeGreaterThan(300))

  test('no arrow climbs', () => {
    const wrong = imports.filter(({ file, target }) => {
      const [[wing, room], [toWing, toRoom]] = [placeOf(file), placeOf(target)]
      if (wing === undefined || toWing === undefined) return false
      if (wing !== toWing) return !wings[wing]!.includes(toWing)
      const known = rooms[wing]
      return known !== undefined && room !== toRoom && !known[room!]!.includes(toRoom!)
    })
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([])
  })

  test('every wing and room has its arrows', () => {
    const places = files.map(placeOf)
    expect([...new Set(places.flatMap(([wing]) => wing ?? []))].filter((wing) => wings[wing] === undefined)).toEqual([])
    const unknown = places.filter(([wing, room]) => rooms[wing!] !== undefined && rooms[wing!]![room!] === undefined)
    expect(unknown).toEqual([])
  })

  test('there are few rooms at the top', () => {
    const top = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory())
    expect(top.length).toBeLessThanOrEqual(10)
  })

  test('no imports run in a circle', () => expect(circles()).toEqual([]))

  test('the command line is few files, none of them long', () => {
    const own = files.filter((file) => file.startsWith('src/cli/'))
    expect(own.length).toBeLessThanOrEqual(44)
    const lengths = own.map((file) => [file, readFileSync(file, 'utf8').split('\n').length - 1] as const)
    expect(lengths.filter(([, lines]) => lines > 150)).toEqual([])
  })

  test('nobody outside the families asks which kind a model is', () => {
    const asking = files
      .filter((file) => !file.startsWith('src/families/'))
      .flatMap((file) =>
        readFileSync(file, 'utf8')
          .split('\n')
          .flatMap((line, i) => (questions.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
      )
    expect(asking).toEqual([])
  })

  test('what runs anywhere imports no package but pure ones, and nothing of Node', () => {
    const outside = imports.filter(
      ({ file, name }) =>
        anywhere.test(file) &&
        !ofNode.test(file) &&
        !ofWeb.test(file) &&
        !name.startsWith('.') &&
        name !== 'zod/mini' &&
        !packages[name]?.includes(file),
    )
    expect(outside.map(({ file, name }) => `${file} → ${name}`)).toEqual([])
  })

  test('Node is used only where it may be', () => {
    const wrong = imports.filter(({ file, name }) => name.startsWith('node:') && !ofNode.test(file))
    expect(wrong.map(({ file, name }) => `${file} → ${name}`)).toEqual([])
  })

  test('what is for a browser is reached only from there', () => {
    const wrong = imports.filter(({ file, target }) => ofWeb.test(target) && !ofWeb.test(file))
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([])
  })
})

/** Files that reach themselves by their imports, smallest circles of strongly connected ones. */
function circles(): string[][] {
  const edges = new Map<string, string[]>()
  for (const { file, target } of imports) edges.set(file, [...(edges.get(file) ?? []), target])
  const [index, low, stack, found] = [
    new Map<string, number>(),
    new Map<string, number>(),
    [] as string[],
    [] as string[][],
  ]
  const visit = (file: string): void => {
    index.set(file, index.size)
    low.set(file, index.get(file)!)
    stack.push(file)
    for (const next of edges.get(file) ?? []) {
      if (!index.has(next)) visit(next)
      if (stack.includes(next)) low.set(file, Math.min(low.get(file)!, low.get(next)!))
    }
    if (low.get(file) !== index.get(file)) return
    const part = stack.splice(stack.indexOf(file))
    if (part.length > 1) found.push(part)
  }
  for (const file of files) if (!index.has(file)) visit(file)
  return found
}

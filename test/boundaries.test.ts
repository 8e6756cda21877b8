/** The rooms of the house: who may import whom. Arrows point one way, and the core knows nothing of Node or the DOM. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize, sep } from 'node:path'
import { describe, expect, test } from 'vitest'

/** Each room with the rooms that it stands on. `errors.ts` is open to all; `cli`, `index.ts` stand on everything. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  graph: [],
  simd: [],
  random: ['simd'],
  onnx: ['graph'],
  runtime: ['onnx', 'graph'],
  noise: ['random'],
  optim: ['random', 'simd'],
  nn: ['graph', 'random'],
  data: ['text', 'random'],
  denoise: ['noise', 'nn', 'graph', 'random'],
  sample: ['denoise', 'noise', 'random'],
  measure: ['denoise', 'graph', 'runtime', 'random'],
  guidance: ['measure', 'sample', 'denoise', 'noise', 'random'],
  likelihood: ['denoise', 'noise', 'sample', 'random'],
  discrete: ['denoise', 'sample', 'noise', 'nn', 'graph', 'random'],
  text: ['random'],
  metrics: ['random'],
  io: ['nn'],
  model: [
    'data',
    'denoise',
    'noise',
    'nn',
    'graph',
    'io',
    'onnx',
    'runtime',
    'sample',
    'guidance',
    'measure',
    'discrete',
    'text',
    'random',
  ],
  train: [
    'model',
    'discrete',
    'text',
    'data',
    'denoise',
    'noise',
    'nn',
    'optim',
    'graph',
    'io',
    'runtime',
    'sample',
    'random',
  ],
  eval: [
    'train',
    'discrete',
    'text',
    'model',
    'data',
    'denoise',
    'noise',
    'nn',
    'optim',
    'graph',
    'io',
    'onnx',
    'runtime',
    'sample',
    'metrics',
    'likelihood',
    'random',
  ],
}

/** Rooms that run in a browser as they are. */
const core = [
  'graph',
  'simd',
  'onnx',
  'nn',
  'noise',
  'denoise',
  'sample',
  'measure',
  'guidance',
  'likelihood',
  'discrete',
  'text',
  'random',
  'optim',
  'metrics',
  'model',
]
/** Packages that are pure JavaScript, each where the one file is that stands on it. */
const packages: Readonly<Record<string, string>> = { 'src/text/hub.ts': '@huggingface/tokenizers' }
/** Within the other rooms, where Node may be used. */
const nodeFiles = /^src\/(cli|eval|(data|io|train)\/node|runtime\/(node|koffi|ort-.*))\b/

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
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
      return { file, name, target, room: file.split('/')[1]! }
    },
  ),
)

describe('rooms', () => {
  test('every import is seen', () => expect(imports.length).toBeGreaterThan(300))

  test('arrows point one way', () => {
    const wrong = imports.filter(({ room, target }) => {
      const to = target.match(/^src\/([^/]+)\//)?.[1]
      return to !== undefined && to !== room && arrows[room] !== undefined && !arrows[room].includes(to)
    })
    expect(wrong.map(({ file, target }) => `${file} → ${target}`)).toEqual([])
  })

  test('every room has its arrows', () => {
    const rooms = new Set(files.flatMap((file) => file.match(/^src\/([^/]+)\//)?.[1] ?? []))
    expect([...rooms].filter((room) => room !== 'cli' && arrows[room] === undefined)).toEqual([])
  })

  test('the core imports no package, and nothing of Node', () => {
    const outside = imports.filter(
      ({ room, file, name }) => core.includes(room) && !name.startsWith('.') && packages[file] !== name,
    )
    expect(outside.map(({ file, name }) => `${file} → ${name}`)).toEqual([])
  })

  test('the core uses no global of Node or the DOM', () => {
    // A variable may well be called `process`: of Node's, the uses are looked for.
    const ofProcess =
      /\bprocess\s*\.\s*(env|argv|exit|std(in|out|err)|cwd|platform|nextTick|versions?|memoryUsage|hrtime|on)\b/
    const others = /\b(Buffer|document|navigator|__dirname|require)\b\s*[.([]/
    const uses = (text: string): boolean => ofProcess.test(text) || others.test(text)
    const inCore = files.filter((file) => core.includes(file.split('/')[1]!))
    const code = (file: string): string =>
      readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'|`[^`]*`/g, '')
    expect(inCore.filter((file) => uses(code(file)))).toEqual([])
  })

  test('Node is used only where it may be', () => {
    const wrong = imports.filter(({ file, name }) => name.startsWith('node:') && !nodeFiles.test(file))
    expect(wrong.map(({ file, name }) => `${file} → ${name}`)).toEqual([])
  })
})

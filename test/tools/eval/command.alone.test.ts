/** `tweedie eval`: its output, what it keeps, and how it fails. */
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { built } from '../../support/built.ts'
import { evalCommand } from '../../../src/cli/eval.ts'
import { failureOf } from '../../../src/cli/failure.ts'
import { builtinDataset } from '../../../src/files/data/index.ts'
import type { BuiltinName } from '../../../src/files/data/index.ts'
import { writeModelFolder } from '../../../src/files/io/node/model-folder.ts'
import { parseTweedieMeta } from '../../../src/files/io/tweedie-meta.ts'
import { schedulerOf } from '../../../src/families/values/model.ts'
import { initialize } from '../../../src/engine/nn/initialize.ts'
import { mlp } from '../../../src/engine/nn/mlp.ts'
import { parametersOf } from '../../../src/engine/nn/network.ts'
import { key } from '../../../src/engine/random/index.ts'

const run = promisify(execFile)
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tweedie-eval-'))
  for (const name of ['moons', 'glyphs'] as const) {
    await writeModel(join(folder, name), name)
    const record = { data: { path: name, length: 100, unlabelled: name === 'glyphs' } }
    await writeFile(join(folder, name, 'train.json'), JSON.stringify(record))
  }
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs the command in this process; returns what it printed. */
async function evaluate(...args: string[]): Promise<string> {
  let printed = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
  try {
    await evalCommand()
      .exitOverride()
      .configureOutput({ outputError: () => {} })
      .parseAsync(['--quiet', ...args], { from: 'user' })
  } finally {
    write.mockRestore()
  }
  return printed
}

describe('tweedie eval', () => {
  test('prints one table, and keeps the features of the data beside the model', async () => {
    const text = await evaluate(join(folder, 'glyphs'), '-n', '30', '--steps', '2')
    expect(text).toMatch(/^ +training \(100\) +held-out \(1000\)\n/)
    expect(text).toMatch(/\nprecision +[\d.]+ +[\d.]+\n/)
    expect(text).toMatch(/\n30 samples against glyphs; 64 features: random convolutions\n/)
    expect(text).toMatch(/\nwarning: 30 samples for 64 features/)
    expect(await readdir(join(folder, 'glyphs', 'eval'))).toHaveLength(2)
    expect(await evaluate(join(folder, 'glyphs'), '-n', '30', '--steps', '2')).toBe(text)
  })

  test('prints JSON, and nothing else, on the standard output of a process', async () => {
    const args = [built('cli/main.js'), 'eval', join(folder, 'moons'), '-n', '40', '--json']
    const { stdout } = await run(process.execPath, args)
    expect(JSON.parse(stdout)).toMatchObject({
      data: 'moons',
      samples: 40,
      sampler: 'dpm++-2m',
      steps: 20,
      comparisons: [
        { part: 'training', kind: 'points', items: 100, slicedWasserstein: expect.any(Number) },
        { part: 'held-out', items: 1000 },
      ],
    })
  }, 20_000)

  test('other data, named', async () => {
    const report = JSON.parse(await evaluate(join(folder, 'moons'), '--data', 'circles', '-n', '20', '--json'))
    expect(report).toMatchObject({ data: 'circles', samples: 20 })
  })

  test.each([
    ['a broken ONNX network', 3, () => ['glyphs', '--features', 'broken.onnx']],
    ['a network that is not there', 3, () => ['glyphs', '--features', 'missing.onnx']],
    ['a network for points', 2, () => ['moons', '--features', 'broken.onnx']],
    ['a model that is not there', 3, () => ['nothing']],
    ['data that are not there', 3, () => ['moons', '--data', 'nowhere']],
    ['data of another kind', 3, () => ['glyphs', '--data', 'moons']],
    ['too few samples', 2, () => ['moons', '-n', '3']],
    ['an unknown sampler', 2, () => ['moons', '--sampler', 'magic']],
  ])('fails for %s with status %i', async (_, status, args) => {
    await writeFile(join(folder, 'broken.onnx'), 'this is no network')
    const [model, ...options] = args()
    const paths = options.map((each) => (each.endsWith('.onnx') ? join(folder, each) : each))
    const failure = await evaluate(join(folder, model!), ...paths).then(() => undefined, failureOf)
    expect(failure?.status).toBe(status)
    expect(failure?.message).not.toContain('\n')
  })
})

/** A model that has learned nothing. */
async function writeModel(path: string, name: BuiltinName): Promise<void> {
  const { shape, kind, range, affine } = builtinDataset(name, { length: 100 })
  const network = mlp({ input_shape: shape, width: 8, layers: 1 })
  const layout = parametersOf(network)
  await writeModelFolder(path, {
    network: { className: network.className, config: network.config },
    weights: layout.toMap(initialize(layout, key(1))),
    scheduler: schedulerOf('linear', 100, 'epsilon'),
    meta: parseTweedieMeta({
      data: { name, kind, shape, range, affine },
      objective: { parametrisation: 'epsilon' },
    }),
  })
}

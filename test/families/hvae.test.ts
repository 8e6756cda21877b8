/** Hierarchies of codes as a family: training, folders, drawing, codes, likelihoods, export, and what is refused. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { train } from '../../src/app/train.ts'
import { sizeOf } from '../../src/engine/graph/index.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import type { Setting } from '../../src/families/family.ts'
import { hierarchyKinds } from '../../src/families/choices.ts'
import { defaultHvaeSpec, type HvaeChoices } from '../../src/families/hvae/defaults.ts'
import { generatorOf } from '../../src/families/hvae/draw.ts'
import { hvaeFamily } from '../../src/families/hvae/family.ts'
import { hvaeLikelihood } from '../../src/families/hvae/likelihood.ts'
import { hvaeFolderOf, type HvaeModel, hvaeOf, latentsOf } from '../../src/families/hvae/model.ts'
import { type ArrayDataset, createDataset } from '../../src/files/data/dataset.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { type Checkpoint, encodeCheckpoint } from '../../src/tools/train/checkpoint.ts'
import { decodeCheckpoint } from '../../src/tools/train/decode-checkpoint.ts'
import { linesIn } from '../cli/support.ts'

let engine: Engine
beforeAll(async () => {
  engine = await nodeEngine()
})

const glyphs = builtinDataset('glyphs', { length: 40 })
const small: HvaeChoices = { batch: 8, latentSizes: [4, 3, 2], widths: [16, 12, 8], depth: 1 }

async function trained(dataset: ArrayDataset, choices: HvaeChoices, steps: number): Promise<HvaeModel> {
  const spec = defaultHvaeSpec(dataset, { ...choices, budget: { steps } })
  let model: HvaeModel | undefined
  for await (const event of train({ spec, dataset, engine })) if (event.type === 'checkpoint') model = event.model
  return { ...model!, weights: model!.weights.slice() }
}

describe('points of a Gaussian', () => {
  const n = 400
  const e = normal(key('points'), new Float64Array(2 * n))
  const data = Float32Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? e[i]! : 0.8 * e[i - 1]! + 0.6 * e[i]!))
  const points = createDataset({ name: 'points', kind: 'points', shape: [2], data, affine: { shift: [0], scale: [1] } })

  test.each(hierarchyKinds)('%s: trained, it comes close to their density, from above', async (hierarchy) => {
    const choices = { hierarchy, latentSizes: [2, 1], widths: [24, 24], depth: 1, batch: 200 }
    const model = await trained(points, { ...choices, optimizer: { rate: 0.01, ema: 0.98 } }, 400)
    const { elbo, importance, byLevel, kl } = await hvaeLikelihood(
      model,
      points,
      { engine },
      { count: n, draws: 50, batch: 100, seed: 1 },
    )
    const sums = [0, 0, 0]
    for (let i = 0; i < n; i++) {
      const [a, b] = [data[2 * i]!, data[2 * i + 1]!]
      sums[0]! += (a * a) / n
      sums[1]! += (a * b) / n
      sums[2]! += (b * b) / n
    }
    const best = Math.log(2 * Math.PI) + 1 + 0.5 * Math.log(sums[0]! * sums[2]! - sums[1]! ** 2)
    expect(elbo.nats.value).toBeGreaterThan(best - 0.05)
    expect(elbo.nats.value).toBeLessThan(best + 0.15)
    expect(importance.nats.value).toBeLessThan(elbo.nats.value + 0.01)
    expect(byLevel.reduce((sum, each) => sum + each.kl, 0)).toBeCloseTo(kl.value, 3)
  })
})

describe.each([
  ['ladder, bernoulli', { ...small, law: { name: 'bernoulli' }, dropout: 0.2 }],
  ['plain, discretised, free bits', { ...small, hierarchy: 'plain', bound: { freeBits: 0.5, warmup: 4 } }],
  ['importance-weighted', { ...small, law: { name: 'gaussian' }, bound: { draws: 3 }, dropout: 0.1 }],
] as const)('%s', (_, choices) => {
  test('continued from a checkpoint, everything is as if nothing had happened', async () => {
    const spec = defaultHvaeSpec(glyphs, { ...choices, budget: { steps: 4 } })
    const run = async (from?: Checkpoint) => {
      const checkpoints: Checkpoint[] = []
      const losses: number[] = []
      for await (const event of train({ spec, dataset: glyphs, engine, checkpointEvery: 2, from })) {
        if (event.type === 'checkpoint') checkpoints.push(decodeCheckpoint(encodeCheckpoint(event.checkpoint)))
        if (event.type === 'step') losses.push(event.loss)
      }
      return { checkpoints, losses }
    }
    const whole = await run()
    const rest = await run(structuredClone(whole.checkpoints.find(({ state }) => state.step === 2)!))
    expect(rest.checkpoints.at(-1)!.state).toEqual(whole.checkpoints.at(-1)!.state)
    expect(rest.losses).toEqual(whole.losses.slice(2))
    expect(whole.losses.every(Number.isFinite)).toBe(true)
  })

  test('comes back from its folder, and draws the same items, each by itself', async () => {
    const model = await trained(glyphs, choices, 2)
    const files = encodeModelFolder(hvaeFolderOf(model))
    const again = hvaeOf(decodeModelFolder(files))
    expect(again.weights).toEqual(model.weights)
    expect(again.law).toEqual(model.law)
    expect(again.network.config).toEqual(model.network.config)
    using one = generatorOf(model, { engine })
    using other = generatorOf(again, { engine })
    for (const draw of ['mean', 'sample'] as const) {
      const all = await one.draw({ count: 5, seed: 3, draw })
      const some = await other.draw({ count: 5, seed: 3, draw, batch: 2 })
      some.forEach((each, i) => expect(Math.abs(each - all[i]!)).toBeLessThan(1e-5))
    }
    expect(one.compilations).toBe(1)
  })
})

test('activations are dropped while training, and the masks are a function of the step', async () => {
  const spec = defaultHvaeSpec(glyphs, { ...small, dropout: 0.5, budget: { steps: 1 } })
  const problem = await hvaeFamily.problem(spec, glyphs, {})
  const [batch, again] = [problem.emptyBatch(), problem.emptyBatch()]
  const names = Object.keys(batch.feeds).filter((name) => name.startsWith('dropout.'))
  // d₁ … d₃, p of two levels and of the data
  expect(names.length).toBe(6)
  problem.fill(batch, 7)
  problem.fill(again, 7)
  for (const name of names) {
    expect(again.feeds[name]).toEqual(batch.feeds[name])
    expect(new Set(batch.feeds[name])).toEqual(new Set([0, 2]))
  }
  problem.fill(again, 8)
  expect(again.feeds[names[0]!]).not.toEqual(batch.feeds[names[0]!])
})

test('likelihoods do not depend on the batch, and more draws bring them down', async () => {
  const model = await trained(glyphs, { ...small, law: { name: 'bernoulli' } }, 30)
  const of = async (draws: number, batch: number) =>
    hvaeLikelihood(model, glyphs, { engine }, { count: 12, draws, batch, seed: 0 })
  const [whole, parts, many] = await Promise.all([of(3, 12), of(3, 5), of(60, 12)])
  expect(parts.importance.nats.value).toBeCloseTo(whole.importance.nats.value, 3)
  expect(parts.elbo.nats.value).toBeCloseTo(whole.elbo.nats.value, 3)
  expect(many.importance.nats.value).toBeLessThan(whole.importance.nats.value)
  expect(whole.byLevel.map(({ latents }) => latents)).toEqual([4, 3, 2])
})

test('training goes further from a model, from the width that it had', async () => {
  const model = await trained(glyphs, { ...small, hierarchy: 'plain' }, 2)
  const options = await hvaeFamily.further!(model, glyphs, {})
  const spec = await hvaeFamily.specOf(glyphs, { ...options, batch: 8, steps: 1 }, {})
  expect(spec.network.config).toMatchObject({ latent_sizes: [4, 3, 2], widths: [16, 12, 8], ladder: false })
  expect(spec.law.sigma).toBe(model.law.sigma)
})

// of four, three and two numbers; the data are decoded from the lowest code, or with skip connections from all
test.each([
  ['ladder', 4],
  ['skip-ladder', 9],
] as const)('%s: what is exported computes what the model does', async (hierarchy, read) => {
  const model = await trained(glyphs, { ...small, hierarchy, law: { name: 'bernoulli' } }, 2)
  const latents = latentsOf(model.network)
  const setting = { engine, provenance: {} } as unknown as Setting
  const run = async (part: string, seen: number[], x: Float32Array, shape: number[]) => {
    const bytes = await hvaeFamily.can.export!(model, { part, batch: 3 }, setting)
    using session = await engine.createSession(bytes)
    const output = new Float32Array(sizeOf(shape))
    await session.run(
      { x: { dtype: 'float32', shape: seen, data: x } },
      { output: { dtype: 'float32', shape, data: output } },
    )
    return output
  }
  const x = Float32Array.from({ length: 3 * 784 }, (_, i) => (i % 3 === 0 ? 1 : -1))
  const moments = await run('encoder', [3, 1, 28, 28], x, [3, 2 * latents])
  const encoded = await hvaeFamily.can.encode!(model, { encode: x }, setting)
  const codes = Float32Array.from(encoded.array().data, Number)
  const z = new Float32Array(3 * read)
  for (let item = 0; item < 3; item++) {
    for (let j = 0; j < latents; j++) expect(moments[2 * item * latents + j]).toBeCloseTo(codes[item * latents + j]!, 4)
    z.set(codes.slice(item * latents, item * latents + read), item * read)
  }
  const decoded = await hvaeFamily.can.decode!(model, { decode: codes }, setting)
  const images = await run('decoder', [3, read], z, [3, 1, 28, 28])
  Array.from(decoded.array().data, Number).forEach((each, i) => expect(each).toBeCloseTo(images[i]!, 4))
  const drawn = await run(
    'generator',
    [3, latents],
    normal(key('noise'), new Float32Array(3 * latents)),
    [3, 1, 28, 28],
  )
  expect(drawn.every((each) => Math.abs(each) <= 1)).toBe(true)
})

describe('on the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tweedie-hvae-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const tweedie = linesIn(folder)
  const ok = async (line: string): Promise<string> => {
    const { status, stdout, stderr } = await tweedie(line)
    expect(stderr + stdout).toSatisfy(() => status === 0)
    return stdout
  }

  test('train, info, sample, encode, decode, eval and export', async () => {
    await ok(
      'train glyphs --items 64 --model hvae --latent-sizes 4,2 --widths 16,8 --batch 8 --steps 6 -q --out FOLDER/m',
    )
    expect(await ok('info FOLDER/m')).toMatch(/HierarchicalMLP[^]*4-2 numbers[^]*a ladder[^]*discretised Gaussian/)
    await ok('sample FOLDER/m -n 3 --seed 1 --draw sample -q -o FOLDER/some.npy')
    await ok('sample FOLDER/m --encode FOLDER/some.npy --code sample -q -o FOLDER/codes.npy')
    expect(await ok('sample FOLDER/m --decode FOLDER/codes.npy -q -o FOLDER/again.npy --json')).toContain('"count": 3')
    const likelihood = JSON.parse(
      await ok('eval FOLDER/m --likelihood --likelihood-items 8 --importance-samples 3 -q --json'),
    ) as Record<string, unknown>
    expect(likelihood).toMatchObject({ items: 8, latents: 6, byLevel: [{ latents: 4 }, { latents: 2 }] })
    expect(await ok('eval FOLDER/m --likelihood --likelihood-items 8 --importance-samples 3 -q')).toMatch(
      /level 1 +-?\d+\.\d+ nats, \d of 4 units active/,
    )
    await ok('export FOLDER/m -o FOLDER/generator.onnx')
    expect(JSON.parse(await ok('info FOLDER/generator.onnx --json'))).toBeTruthy()
  })

  test.each([
    ['--levels 2 --latent-sizes 4,2', /--latent-sizes.* cannot be used with .*--levels/],
    ['--levels 3 --widths 16,8', /--widths 16,8 are 2, and there are 3 levels/],
    ['--hierarchy both', /one of plain, ladder/],
    ['--decoder-law gaussian --shades 17', /--shades is for/],
    ['--importance-samples 2 --free-bits 1', /--free-bits is for one draw/],
    ['--network unet', /there is no|no such/],
    ['--latent 5', /latent/],
  ])('train --model hvae %s is refused', async (options, message) => {
    const { status, stderr } = await tweedie(
      `train glyphs --items 20 --model hvae ${options} --batch 8 --steps 1 --out FOLDER/never`,
    )
    expect(stderr).toMatch(message)
    expect(status).toBeGreaterThan(1)
  })
})

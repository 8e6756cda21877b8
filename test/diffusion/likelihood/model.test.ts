/** Likelihoods of networks: the Jacobian's products, and a trained model against the entropy of its data. */
import { expect, it } from 'vitest'
import { createDataset } from '../../../src/files/data/dataset.ts'
import { finiteDivergence } from '../../../src/diffusion/denoise/divergence.ts'
import { mixtureDenoiser } from '../../../src/diffusion/denoise/mixture.ts'
import { likelihoodOf } from '../../../src/families/values/likelihood.ts'
import { modelDivergence } from '../../../src/compiled/divergence.ts'
import type { Model } from '../../../src/families/values/model.ts'
import { namedSchedule, type NoiseSpec } from '../../../src/diffusion/noise/named.ts'
import { key, uniform } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { snapshot } from '../../../src/families/values/snapshot.ts'
import type { TrainSpec } from '../../../src/families/values/spec.ts'
import { createTrainer } from '../../../src/app/train.ts'
import { average, blobs, drawBlobs } from './support.ts'

const engine = await nodeEngine()
const shift = [3, -1]
const scale = [2, 0.5]
/** Blobs in other units: the network sees them as they were drawn. */
const inUnits = (x: Float64Array) => Float32Array.from(x, (value, i) => shift[i % 2]! + scale[i % 2]! * value)
const points = createDataset({
  name: 'blobs',
  kind: 'points',
  shape: [2],
  data: inUnits(drawBlobs(20_000, 1)),
  affine: { shift, scale },
})

async function trained(
  noise: NoiseSpec,
  objective: TrainSpec['objective'],
  steps: number,
  data = points,
): Promise<Model> {
  const spec: TrainSpec = {
    seed: 1,
    batch: 256,
    budget: { steps },
    network: { className: 'MLP', config: { input_shape: data.shape, width: 48, layers: 2 } },
    patch: 1,
    objective,
    noise,
    optimizer: { rate: 4e-3, warmup: 20, decay: 'cosine', weightDecay: 0, clipNorm: 1, ema: 0.98 },
    flip: false,
  }
  using trainer = await createTrainer(spec, data, engine, { threads: 1 })
  for (let step = 0; step < steps; step++) await trainer.step(steps)
  const model = snapshot(trainer, data)
  return { ...model, weights: model.weights.slice() }
}

it.each([
  ['v on a table', { table: 'linear', levels: 100 }, 'v'],
  ['edm', { schedule: 'edm' }, 'edm'],
  ['flow', { schedule: 'rectified-flow' }, 'flow'],
] as const)("the products with a network's Jacobian are those of finite differences: %s", async (_, noise, kind) => {
  const model = await trained(noise, { parametrisation: kind, weighting: 'simple', labelDropout: 0 }, 20)
  using denoiser = await modelDivergence(model, engine, { batch: 3, threads: 1 })
  const x = drawBlobs(3, 4)
  const t = denoiser.schedule.table ? 0.4 : denoiser.schedule.timeOfLogSnr(0)
  // single precision wants a long step
  const finite = finiteDivergence(denoiser, 3e-3)
  const probe = Float64Array.of(1, -1, 0.5, 2, 0, 1)
  for (const v of [undefined, probe]) {
    const exact = await denoiser.denoiseAndTrace(x, t, v)
    const expected = await finite.denoiseAndTrace(x, t, v)
    exact.trace.forEach((value, i) => expect(Math.abs(value - expected.trace[i]!)).toBeLessThan(2e-2))
    expect(Array.from(exact.mean, (value) => value.toFixed(5))).toEqual(
      Array.from(expected.mean, (value) => value.toFixed(5)),
    )
  }
  // fewer items than the batch
  const { trace } = await denoiser.denoiseAndTrace(x.slice(0, 2), t)
  expect(trace).toHaveLength(1)
})

it('a model of points: flow and bound come near the entropy, in the units of the data', async () => {
  const model = await trained(
    { schedule: 'vp' },
    { parametrisation: 'v', weighting: 'simple', labelDropout: 0, sigmaData: 1 },
    800,
  )
  const heldOut = createDataset({ ...points, data: inUnits(drawBlobs(256, 99)) })
  const report = await likelihoodOf(model, heldOut, engine, {
    count: 256,
    batch: 256,
    threads: 1,
    flow: { solver: { name: 'rk4', steps: 25 } },
  })
  const truth = mixtureDenoiser({ schedule: namedSchedule('vp'), components: blobs }).logDensity(
    drawBlobs(256, 99),
    1e-7,
  )
  const entropy = -average(truth) + Math.log(2 * 0.5)
  expect(report).toMatchObject({ items: 256, dimensions: 2 })
  expect(report.flow!.nats.value).toBeGreaterThan(entropy - 0.05)
  expect(report.flow!.nats.value).toBeLessThan(entropy + 0.15)
  expect(report.bound!.nats.value).toBeGreaterThan(report.flow!.nats.value - 0.1)
  expect(report.bound!.nats.value).toBeLessThan(entropy + 0.5)
  expect(report.bound!.bitsPerDim.value).toBeCloseTo(report.bound!.nats.value / (2 * Math.LN2), 10)
  const { prior, transitions, decoder } = report.bound!.parts
  expect(prior + transitions + decoder).toBeCloseTo(report.bound!.bitsPerDim.value, 10)
})

it('a model of images counts bits: noise costs eight a byte, and the bound knows it', async () => {
  const bytes = Uint8Array.from(uniform(key(3), new Float32Array(2000 * 4)), (u) => Math.floor(256 * u))
  const noise = createDataset({ name: 'noise', kind: 'image', shape: [1, 2, 2], data: bytes })
  const objective = { parametrisation: 'v', weighting: 'simple', labelDropout: 0 } as const
  const model = await trained({ table: 'squaredcos_cap_v2', levels: 100 }, objective, 400, noise)
  const { bound, flow } = await likelihoodOf(model, noise, engine, {
    count: 128,
    batch: 128,
    threads: 1,
    bound: { variance: 'large' },
    flow: { solver: { name: 'rk4', steps: 25 } },
  })
  // eight bits, and what the network does not know of the edges
  expect(flow!.bitsPerDim.value).toBeGreaterThan(7.9)
  expect(flow!.bitsPerDim.value).toBeLessThan(8.8)
  expect(bound!.bitsPerDim.value).toBeGreaterThan(7.9)
  expect(bound!.bitsPerDim.value).toBeLessThan(9.5)
  // Analytic-DPM: with few steps the measured variance is far better
  const few = async (variance: 'small' | 'large' | 'analytic') =>
    (
      await likelihoodOf(model, noise, engine, {
        count: 128,
        batch: 128,
        threads: 1,
        flow: false,
        bound: { variance, steps: 10 },
      })
    ).bound!.bitsPerDim.value
  const [analytic, small, large] = [await few('analytic'), await few('small'), await few('large')]
  expect(analytic).toBeLessThan(small - 0.1)
  expect(analytic).toBeLessThan(large)
  await expect(likelihoodOf(model, points, engine)).rejects.toThrow('the model is of')

  // The same as numbers from 0 to 1, which are no bytes: a density, whose entropy is 0.
  const share = Float32Array.from(bytes, (byte) => byte / 255)
  const numbers = createDataset({ name: 'numbers', kind: 'image', shape: [1, 2, 2], data: share, range: [0, 1] })
  const options = { count: 128, batch: 128, threads: 1, flow: { solver: { name: 'rk4', steps: 25 } } } as const
  const density = await likelihoodOf({ ...model, scale: numbers }, numbers, engine, options)
  expect(density.flow!.nats.value).toBeGreaterThan(-0.3)
  expect(density.flow!.nats.value).toBeLessThan(2.5)
  const asked = await likelihoodOf({ ...model, scale: numbers }, numbers, engine, { ...options, values: 256 })
  expect(asked.flow!.bitsPerDim.value).toBeCloseTo(flow!.bitsPerDim.value, 3)
})

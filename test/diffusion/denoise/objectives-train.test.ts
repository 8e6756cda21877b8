/** A small network trained with each parametrisation comes near the loss that no network can go below. */
import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../src/files/data/dataset.ts'
import { mixtureDenoiser } from '../../../src/diffusion/denoise/mixture.ts'
import { type ObjectiveSpec, objectiveOf } from '../../../src/diffusion/denoise/objective-spec.ts'
import { predictionOfSample, targetOf } from '../../../src/diffusion/denoise/parametrisation.ts'
import { decodeModelFolder, encodeModelFolder } from '../../../src/files/io/model-folder.ts'
import { generate } from '../../../src/families/values/generate.ts'
import { folderOf } from '../../../src/families/values/model.ts'
import { modelOf } from '../../../src/families/values/model-of.ts'
import { jump } from '../../../src/diffusion/noise/kernel.ts'
import { type NoiseSpec, scheduleOfNoise } from '../../../src/diffusion/noise/named.ts'
import { fold, key, normal, uniform } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { snapshot } from '../../../src/families/values/snapshot.ts'
import type { TrainSpec } from '../../../src/families/values/spec.ts'
import { createTrainer } from '../../../src/app/train.ts'

/** Two blobs, x₀ = ±(1, 0.5) + 0.3 z: about unit variance. */
const components = [
  { mean: [1, 0.5], covariance: 0.09 },
  { mean: [-1, -0.5], covariance: 0.09 },
]

function draw(n: number, seed: number): Float64Array {
  const sides = uniform(fold(key(seed), 'sides'), new Float64Array(n))
  const x = normal(fold(key(seed), 'spread'), new Float64Array(2 * n))
  return x.map((z, i) => (sides[i >> 1]! < 0.5 ? 1 : -1) * (i % 2 === 0 ? 1 : 0.5) + 0.3 * z)
}

const dataset = createDataset({
  name: 'blobs',
  kind: 'points',
  shape: [2],
  data: Float32Array.from(draw(20_000, 1)),
  affine: { shift: [0], scale: [1] },
})

function specOf(objective: ObjectiveSpec, noise: NoiseSpec): TrainSpec {
  return {
    seed: 3,
    batch: 256,
    budget: { steps },
    network: { className: 'MLP', config: { input_shape: [2], width: 48, layers: 2 } },
    patch: 1,
    objective: { ...objective, labelDropout: 0 },
    noise,
    optimizer: { rate: 4e-3, warmup: 20, decay: 'cosine', weightDecay: 0, clipNorm: 1, ema: 0.98 },
    flip: false,
  }
}

const steps = 500

/** The loss of the exact posterior mean, under the same law of times. */
function leastLoss(spec: ObjectiveSpec, noise: NoiseSpec, n = 8000): number {
  const { schedule, parametrisation, times, weight } = objectiveOf(spec, scheduleOfNoise(noise))
  const truth = mixtureDenoiser({ schedule, components })
  const [data, z] = [draw(n, 7), normal(key(8), new Float64Array(2 * n))]
  let loss = 0
  for (let i = 0; i < n; i++) {
    const t = times.at((i + 0.5) / n)
    const [x0, epsilon] = [data.slice(2 * i, 2 * i + 2), z.slice(2 * i, 2 * i + 2)]
    const x = jump(schedule, t, x0, epsilon)
    const best = predictionOfSample(parametrisation, schedule, t, truth.denoise(x, t), x)
    const target = targetOf(parametrisation, schedule, t, x0, epsilon)
    loss += (weight(t) * ((best[0]! - target[0]!) ** 2 + (best[1]! - target[1]!) ** 2)) / 2 / n
  }
  return loss
}

/** The mean of f over points. */
function moment(items: Float32Array, f: (x: number, y: number) => number): number {
  let sum = 0
  for (let i = 0; i < items.length; i += 2) sum += f(items[i]!, items[i + 1]!)
  return sum / (items.length / 2)
}

const cases: readonly (readonly [string, ObjectiveSpec, NoiseSpec])[] = [
  ['ε on a table', { parametrisation: 'epsilon', weighting: 'simple' }, { table: 'squaredcos_cap_v2', levels: 100 }],
  ['x₀ on cosine', { parametrisation: 'sample', weighting: 'min-snr' }, { schedule: 'cosine' }],
  ['v on VP', { parametrisation: 'v', weighting: 'p2' }, { schedule: 'vp' }],
  ['score on sub-VP', { parametrisation: 'score', weighting: 'snr' }, { schedule: 'sub-vp' }],
  ['score on VE', { parametrisation: 'score', weighting: 'snr', sigmaData: 1 }, { schedule: 've', sigmaMax: 10 }],
  ['flow on rectified flow', { parametrisation: 'flow', weighting: 'simple' }, { schedule: 'rectified-flow' }],
  [
    'flow with logit-normal times',
    { parametrisation: 'flow', weighting: 'simple', times: { name: 'logit-normal' } },
    { schedule: 'rectified-flow' },
  ],
  [
    'EDM',
    { parametrisation: 'edm', weighting: 'edm', times: { name: 'log-normal' }, sigmaData: 1 },
    { schedule: 'edm' },
  ],
  [
    'likelihood with importance-sampled times',
    { parametrisation: 'epsilon', weighting: 'likelihood', times: { name: 'importance' } },
    { schedule: 'vp' },
  ],
]

describe('trained', () => {
  it.each(cases)('%s', async (_, objective, noise) => {
    const spec = specOf(objective, noise)
    const engine = await nodeEngine()
    using trainer = await createTrainer(spec, dataset, engine, { threads: 1 })
    const losses: number[] = []
    for (let step = 0; step < steps; step++) losses.push((await trainer.step(steps)).loss)
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length
    const [begin, end, least] = [mean(losses.slice(0, 10)), mean(losses.slice(-100)), leastLoss(objective, noise)]
    expect(end).toBeLessThan(least * 1.08)
    expect(end).toBeGreaterThan(least * 0.93)
    expect(begin).toBeGreaterThan(least * 1.3)

    // written to a folder and read again it is the same model, and draws what it was shown
    const model = snapshot(trainer, dataset)
    const again = modelOf(decodeModelFolder(encodeModelFolder(folderOf(model))))
    const { items } = await generate(again, engine, { count: 400, seed: 1, threads: 1 })
    expect(items).toEqual((await generate(model, engine, { count: 400, seed: 1, threads: 1 })).items)
    // where no signal is left an ε says next to nothing of the data, and its small errors are magnified by σ/α
    if (model.schedule.alpha(1) < 0.01 && ['epsilon', 'score'].includes(objective.parametrisation)) return
    expect(Math.abs(moment(items, (x) => x * x) - 1.09)).toBeLessThan(0.15)
    expect(Math.abs(moment(items, (x, y) => x * y) - 0.5)).toBeLessThan(0.1)
    expect(moment(items, (x, y) => (Math.abs(x) - 1) ** 2 + (Math.abs(y) - 0.5) ** 2)).toBeLessThan(0.3)
  })
})

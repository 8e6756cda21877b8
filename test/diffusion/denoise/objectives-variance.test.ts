/** Learned variances: the graph against the formulas, the stopped gradient, and what they are good for. */
import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../src/files/data/dataset.ts'
import { objectiveOf } from '../../../src/diffusion/denoise/objective-spec.ts'
import { denoisingLoss } from '../../../src/diffusion/denoise/objective.ts'
import {
  hybridLoss,
  learnsVariance,
  varianceCoefficientsAt,
} from '../../../src/diffusion/denoise/objectives/learned-variance.ts'
import { trainingCoefficients } from '../../../src/diffusion/denoise/training-loss.ts'
import { gradients, input, slice, type Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { logProbability } from '../../../src/diffusion/likelihood/discretised-gaussian.ts'
import { estimate } from '../../../src/diffusion/likelihood/units.ts'
import { variationalBound } from '../../../src/diffusion/likelihood/variational-bound.ts'
import { modelDenoiser } from '../../../src/compiled/denoiser.ts'
import type { Network } from '../../../src/engine/nn/network.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { transition } from '../../../src/diffusion/noise/kernel.ts'
import { namedSchedule } from '../../../src/diffusion/noise/named.ts'
import { tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { defaultSpec } from '../../../src/families/values/default-spec.ts'
import { snapshot } from '../../../src/families/values/snapshot.ts'
import { createTrainer } from '../../../src/app/train.ts'
import { drawBlobs } from '../likelihood/support.ts'

const levels = 50
const schedule = tableSchedule(namedTable('linear', { steps: levels, betaStart: 2e-3, betaEnd: 0.3 }))

/** A network that says what it is fed. */
const network = {
  inputShape: [2],
  outputShape: [4],
  conditions: {},
  build: (): Tensor => input('said', [2, 4]),
} as unknown as Network

describe('the loss', () => {
  const objective = objectiveOf({ parametrisation: 'epsilon', weighting: 'simple' }, schedule)
  const { names, at } = trainingCoefficients(network, objective)
  const times = [1 / levels, 0.5]
  const [x0, epsilon, said] = [
    [-1, 0.2, 1, -0.4],
    [0.3, -1, 0.8, 0.1],
    [0.31, -0.95, 0.2, -0.6, 0.7, 0.15, 1, -0.3],
  ]
  const feeds = {
    x0,
    epsilon,
    said,
    t: times,
    ...Object.fromEntries(names.map((name, i) => [name, times.map((t) => at(t)[i]!)])),
  }

  it.each([undefined, 2 / 255])('is L_simple and λ T times the bound: bin %s', (bin) => {
    const { itemLoss } = hybridLoss(network, new Scope(), 2, { levels, ...(bin !== undefined && { bin }) })
    const actual = evaluate([itemLoss], feeds)[0]!.data
    times.forEach((t, item) => {
      const [alpha, sigma] = [schedule.alpha(t), schedule.sigma(t)]
      const first = item === 0
      const { variance, posterior } = transition(schedule, first ? 0 : t - 1 / levels, t)
      const small = first ? transition(schedule, t, 2 / levels).posterior.variance : posterior.variance
      let expected = 0
      for (const i of [0, 1]) {
        const [x, e, m] = [x0[2 * item + i]!, epsilon[2 * item + i]!, said[4 * item + i]!]
        const v = (said[4 * item + 2 + i]! + 1) / 2
        const logVariance = v * Math.log(variance) + (1 - v) * Math.log(small)
        const guess = (alpha * x + sigma * e - sigma * m) / alpha
        const bound = first
          ? bin
            ? -logProbability(x, guess, Math.exp(logVariance / 2))
            : (logVariance + Math.log(2 * Math.PI) + (x - guess) ** 2 / Math.exp(logVariance)) / 2
          : (logVariance -
              Math.log(small) -
              1 +
              (small + (posterior.sample * (x - guess)) ** 2) / Math.exp(logVariance)) /
            2
        expected += ((m - e) ** 2 + 0.001 * levels * bound) / 2
      }
      expect(actual[item]).toBeCloseTo(expected, 7)
    })
  })

  it('the bound teaches the variance only: the mean has the gradient of L_simple', () => {
    const { loss } = hybridLoss(network, new Scope(), 2, { levels })
    const [said] = [...inputsNamed(loss, 'said')]
    const [gradient] = evaluate(gradients(loss, [said!]), feeds)
    const half = { ...network, outputShape: [2], build: () => slice(input('said', [2, 4]), 1, 0, 2) }
    const simple = denoisingLoss(half as unknown as Network, new Scope(), 2).loss
    const [of] = [...inputsNamed(simple, 'said')]
    const [plain] = evaluate(gradients(simple, [of!]), feeds)
    for (const item of [0, 1]) {
      for (const i of [0, 1]) {
        expect(gradient!.data[4 * item + i]).toBeCloseTo(plain!.data[4 * item + i]!, 12)
        expect(Math.abs(gradient!.data[4 * item + 2 + i]!)).toBeGreaterThan(1e-8)
      }
    }
  })

  it('needs a table', () => {
    const vp = objectiveOf({ parametrisation: 'epsilon', weighting: 'simple' }, namedSchedule('vp'))
    expect(() => varianceCoefficientsAt(vp, 0.5)).toThrow('vp has none')
  })

  it('is for networks with twice the channels', () => {
    expect(learnsVariance(network)).toBe(true)
    expect(learnsVariance({ inputShape: [3, 8, 8], outputShape: [6, 8, 8] })).toBe(true)
    expect(learnsVariance({ inputShape: [3, 8, 8], outputShape: [3, 8, 8] })).toBe(false)
  })
})

/** The inputs of a graph that have this name. */
function* inputsNamed(tensor: Tensor, name: string, seen = new Set<Tensor>()): Generator<Tensor> {
  if (seen.has(tensor)) return
  seen.add(tensor)
  if (tensor.op === 'input' && tensor.attributes.name === name) yield tensor
  for (const each of tensor.inputs) yield* inputsNamed(each, name, seen)
}

it('trained, it bounds the likelihood better than β and β̃', async () => {
  const dataset = createDataset({
    name: 'blobs',
    kind: 'points',
    shape: [2],
    data: Float32Array.from(drawBlobs(10_000, 1)),
    affine: { shift: [0], scale: [1] },
  })
  const steps = 600
  const spec = defaultSpec(
    { ...dataset, classes: 0 },
    {
      budget: { steps },
      batch: 256,
      learnVariance: true,
      unet: { widths: [48], depth: 2 },
      noise: { table: 'squaredcos_cap_v2', levels: 20 },
      optimizer: { rate: 4e-3, warmup: 20, ema: 0.98 },
    },
  )
  const engine = await nodeEngine()
  using trainer = await createTrainer(spec, dataset, engine, { threads: 1 })
  for (let step = 0; step < steps; step++) await trainer.step(steps)
  const model = snapshot(trainer, dataset)
  expect(model.scheduler).toMatchObject({ variance_type: 'learned_range' })
  using denoiser = await modelDenoiser(model, engine, { batch: 1000, threads: 1 })
  const x0 = Float32Array.from(drawBlobs(1000, 50))
  const bound = async (variance: 'learned' | 'large' | 'small') =>
    estimate((await variationalBound(denoiser, x0, { variance })).total).value
  const [learned, large, small] = [await bound('learned'), await bound('large'), await bound('small')]
  expect(learned).toBeLessThan(large - 0.02)
  expect(learned).toBeLessThan(small - 0.02)
})

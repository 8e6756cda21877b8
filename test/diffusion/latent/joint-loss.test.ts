/** An autoencoder and its prior in one pass: each follows its own weights, and the bound is the one of N(0, I) where that is the prior. */
import { describe, expect, test } from 'vitest'
import { objectiveOf } from '../../../src/diffusion/denoise/objective-spec.ts'
import type { WeightingName } from '../../../src/diffusion/denoise/weighting.ts'
import {
  drawGaussian,
  gaussianKl,
  jointCoefficients,
  jointCoefficientsAt,
  jointLoss,
  jointObjective,
  mixture,
  sumOverItem,
} from '../../../src/diffusion/latent/index.ts'
import { namedSchedule } from '../../../src/diffusion/noise/named.ts'
import type { Schedule } from '../../../src/diffusion/noise/schedule.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'
import { tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { gradients, input, mul, sizeOf, square, sub } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { mlp } from '../../../src/engine/nn/mlp.ts'
import { mlpAutoencoder } from '../../../src/engine/nn/mlp-autoencoder.ts'
import { Scope, zeros } from '../../../src/engine/nn/parameters.ts'
import { fold, key, normal } from '../../../src/engine/random/index.ts'
import { average, exactNoise, numbers } from './support.ts'

type Feeds = Record<string, readonly number[]>

const [d, q] = [3, 2]
const schedules = {
  table: tableSchedule(namedTable('squaredcos_cap_v2', { steps: 1000 }), 'squaredcos_cap_v2'),
  cosine: namedSchedule('cosine'),
  vp: namedSchedule('vp'),
} satisfies Record<string, Schedule>

const draw = (name: string, size: number, scale: number): number[] =>
  Array.from(normal(fold(key(1), name), new Float64Array(size)), (each) => scale * each)

/** A tiny model with random parameters, for items at these shares of the times. */
function setting(name: keyof typeof schedules, weighting: WeightingName, shares: readonly number[]) {
  const schedule = schedules[name]
  const objective = jointObjective(objectiveOf({ parametrisation: 'v', weighting }, schedule))
  const [vaeScope, priorScope, N] = [new Scope(), new Scope(), shares.length]
  const vae = mlpAutoencoder({ input_shape: [d], latent_size: q, widths: [4] })
  const x = input('x', [N, d])
  const { mean, logVariance } = vae.encode(vaeScope, x)
  const posterior = { mean, logVariance: logVariance! }
  const z0 = drawGaussian(posterior, input('code', [N, q]))
  const made = jointLoss({
    network: mlp({ input_shape: [q], width: 8, layers: 1 }),
    scope: priorScope,
    mixture: mixture(priorScope.child('mixture'), q),
    objective,
    posterior,
    z0,
    logLikelihood: mul(sumOverItem(square(sub(x, vae.decode(vaeScope, z0)))), -0.5),
  })

  const times = shares.map((share) => objective.times.at(share))
  const rows = times.map((t) => jointCoefficientsAt(objective, t))
  const parameters = { vae: vaeScope.specs, prior: priorScope.specs }
  const specs = [...vaeScope.specs, ...priorScope.specs]
  const feeds: Feeds = {
    x: draw('x', N * d, 1),
    code: draw('code', N * q, 1),
    epsilon: draw('epsilon', N * q, 1),
    t: times.map((t) => objective.view.time(t)),
    ...Object.fromEntries(jointCoefficients.map((each, i) => [each, rows.map((row) => row[i]!)])),
    ...Object.fromEntries(specs.map(({ name: each, shape }) => [each, draw(each, sizeOf(shape), 0.2)])),
  }
  const tensors = specs.map(({ name: each, shape }, i) =>
    (i < vaeScope.specs.length ? vaeScope : priorScope).parameter(each, shape, zeros),
  )
  return { ...made, posterior, parameters, tensors, feeds }
}

/** A direction for each parameter, and the slope of a number along it by a central difference. */
const directionOf = (name: string, feeds: Feeds): number[] => draw(`direction of ${name}`, feeds[name]!.length, 1)
function slopeAlong(value: (feeds: Feeds) => number, feeds: Feeds, name: string): number {
  const [step, direction] = [1e-5, directionOf(name, feeds)]
  const moved = (by: number) => value({ ...feeds, [name]: feeds[name]!.map((x, i) => x + by * direction[i]!) })
  return (moved(step) - moved(-step)) / (2 * step)
}

const four = [0.1, 0.35, 0.6, 0.9]

describe('gradients in one pass', () => {
  test.each([
    ['table', 'simple'],
    ['cosine', 'simple'],
    ['cosine', 'min-snr'],
    ['vp', 'likelihood'],
  ] as const)('%s, the prior weighed by %s', (name, weighting) => {
    const { loss, total, terms, parameters, tensors, feeds } = setting(name, weighting, four)
    // per dimension of a code, the autoencoder follows the bound, and the prior the same error in its own weighting
    const bound = (at: Feeds) => average(numbers(total, at)) / q
    const own = (at: Feeds) => average(numbers(terms.crossEntropy, { ...at, bound: at['weight']! })) / q
    const specs = [...parameters.vae, ...parameters.prior]
    evaluate(gradients(loss, tensors), feeds).forEach(({ data }, i) => {
      const { name: parameter } = specs[i]!
      const wanted = slopeAlong(i < parameters.vae.length ? bound : own, feeds, parameter)
      const direction = directionOf(parameter, feeds)
      const got = direction.reduce((sum, each, k) => sum + each * data[k]!, 0)
      expect(got / Math.max(1, Math.abs(wanted))).toBeCloseTo(wanted / Math.max(1, Math.abs(wanted)), 5)
    })
  })

  test('the value of the loss is the bound', () => {
    const { loss, total, feeds } = setting('table', 'simple', four)
    expect(numbers(loss, feeds)[0]).toBeCloseTo(average(numbers(total, feeds)), 10)
  })
})

test("the prior's weights are those of uniform times, on average", () => {
  for (const [name, schedule] of Object.entries(schedules)) {
    const { times, weight } = jointObjective(objectiveOf({ parametrisation: 'v', weighting: 'simple' }, schedule))
    const shares = Array.from({ length: 20_000 }, (_, j) => (j + 0.5) / 20_000)
    const weights = shares.map((share) => weight(times.at(share)))
    // ∫ w(t) dt = 1, and ∫ w(t) t dt = 1/2
    expect(average(weights), name).toBeCloseTo(1, 2)
    expect(average(weights.map((each, j) => each * times.at(shares[j]!))), name).toBeCloseTo(0.5, 2)
  }
})

test('where the mixture is 0 the bound is that of the prior N(0, I)', () => {
  const pairs = exactNoise(2 * q)
  const rounds = 200
  const shares = Array.from({ length: rounds * pairs.length }, (_, i) => (Math.floor(i / pairs.length) + 0.5) / rounds)
  const { posterior, terms, feeds } = setting('vp', 'simple', shares)
  const noise = (from: number) => shares.flatMap((_, i) => pairs[i % pairs.length]!.slice(from, from + q))
  const at: Feeds = {
    ...feeds,
    x: shares.flatMap(() => feeds['x']!.slice(0, d)),
    code: noise(0),
    epsilon: noise(q),
    'mixture.logit': [-100, -100],
  }
  const divergence = average(numbers(terms.negativeEntropy, at)) + average(numbers(terms.crossEntropy, at))
  expect(divergence).toBeCloseTo(numbers(sumOverItem(gaussianKl(posterior)), at)[0]!, 3)
})

test('a weight of 0 where the bound counts is refused', () => {
  const objective = jointObjective(objectiveOf({ parametrisation: 'v', weighting: 'simple' }, schedules.cosine))
  expect(() => jointCoefficientsAt({ ...objective, weight: () => 0 }, 0.5)).toThrow(/weight at t = 0.5 is 0/)
})

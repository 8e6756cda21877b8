/**
 * Score matching against analytic truth. Expectations are quadratures, exact to rounding: the data are a few points, so
 * that noisy data are a mixture whose score is a softmax, and the noise is a grid.
 */
import { describe, expect, it } from 'vitest'
import {
  denoisingScoreMatching,
  explicitScoreMatching,
  fisherDivergence,
  flowMatching,
  geometricLevels,
  noiseConditionalScoreMatching,
  type ScoreFunction,
  scoreOfEnergy,
  slicedScoreMatching,
  traceOfJacobian,
} from '../../../src/diffusion/denoise/objectives/index.ts'
import { diracDenoiser } from '../../../src/diffusion/denoise/dirac.ts'
import { objectiveOf } from '../../../src/diffusion/denoise/objective-spec.ts'
import { denoisingLoss } from '../../../src/diffusion/denoise/objective.ts'
import { trainingCoefficients } from '../../../src/diffusion/denoise/training-loss.ts'
import {
  add,
  constant,
  gradients,
  input,
  matmul,
  mul,
  reshape,
  sin,
  slice,
  softmax,
  square,
  sub,
  sum,
  tanh,
  type Tensor,
} from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import type { Network } from '../../../src/engine/nn/network.ts'
import { linear } from '../../../src/engine/nn/layers.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { namedSchedule } from '../../../src/diffusion/noise/named.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

const real = (values: readonly number[], shape: readonly number[]) => constant(Float64Array.from(values), shape)
const points = [1, 0.5, -1, -0.2, 0.3, -1]
const sigma = 0.6

/** Every data point with every node of a grid of noise, `[N, 2]`, and the weight of each. */
function quadrature(nodes = 29, reach = 6) {
  const at = Array.from({ length: nodes }, (_, i) => -reach + (2 * reach * i) / (nodes - 1))
  const rows: { x: number[]; e: number[]; w: number }[] = []
  for (let k = 0; k < 3; k++) {
    for (const a of at) {
      for (const b of at) rows.push({ x: points.slice(2 * k, 2 * k + 2), e: [a, b], w: Math.exp(-(a * a + b * b) / 2) })
    }
  }
  const total = rows.reduce((sum, { w }) => sum + w, 0)
  return {
    n: rows.length,
    clean: real(
      rows.flatMap(({ x }) => x),
      [rows.length, 2],
    ),
    noise: real(
      rows.flatMap(({ e }) => e),
      [rows.length, 2],
    ),
    noisy: real(
      rows.flatMap(({ x, e }) => [x[0]! + sigma * e[0]!, x[1]! + sigma * e[1]!]),
      [rows.length, 2],
    ),
    weights: real(
      rows.map(({ w }) => w / total),
      [rows.length],
    ),
  }
}

const { n, clean, noise, noisy, weights } = quadrature()
const expectation = ({ itemLoss }: { itemLoss: Tensor }): Tensor => sum(mul(itemLoss, weights))

/** ∇ log p_σ(x) = Σ softmax_k(−|x − p_k|²/2σ²) (p_k − x)/σ². */
const truth: ScoreFunction = (x) => {
  const centres = real(points, [3, 2])
  const distance = sum(square(sub(reshape(x, [-1, 1, 2]), reshape(centres, [1, 3, 2]))), 2)
  const shares = softmax(mul(distance, -0.5 / sigma ** 2), 1)
  return mul(sub(matmul(shares, centres), x), 1 / sigma ** 2)
}

/** ŝ = θ₀ s* + θ₁ x + θ₂ tanh(x) + θ₃: linear in θ, so every objective is a parabola, and has the truth at (1, 0, 0, 0). */
const family =
  (theta: Tensor): ScoreFunction =>
  (x) => {
    const part = (i: number, f: Tensor) => mul(reshape(slice(theta, 0, i, i + 1), [1, 1]), f)
    return [truth(x), x, tanh(x), real([1, 1], [1, 2])]
      .map((f, i) => part(i, f))
      .reduce((total, each) => add(total, each))
  }

/** The gradient in θ of an objective. */
function slopeOf(objective: (score: ScoreFunction) => Tensor, at: readonly number[]): number[] {
  const theta = input('theta', [4], 'float64')
  const [gradient] = gradients(objective(family(theta)), [theta])
  return [...evaluate([gradient!], { theta: at })[0]!.data]
}

const directions = [
  [Math.SQRT2, 0],
  [0, Math.SQRT2],
].map((v) => real(Array.from({ length: n }, () => v).flat(), [n, 2]))

const objectives: Readonly<Record<string, (score: ScoreFunction) => Tensor>> = {
  explicit: (score) => expectation(explicitScoreMatching(score, noisy)),
  // over the two axes, of length √2: E v vᵀ = I exactly
  sliced: (score) =>
    mul(
      directions
        .map((v) => expectation(slicedScoreMatching(score, noisy, v, { varianceReduced: false })))
        .reduce((total, each) => add(total, each)),
      0.5,
    ),
  'variance-reduced': (score) =>
    mul(
      directions
        .map((v) => expectation(slicedScoreMatching(score, noisy, v)))
        .reduce((total, each) => add(total, each)),
      0.5,
    ),
  denoising: (score) => expectation(denoisingScoreMatching(score, clean, noise, sigma)),
  Fisher: (score) => expectation(fisherDivergence(score, noisy, truth(noisy))),
}

describe('the theorem: all objectives are the Fisher divergence up to a constant', () => {
  const theta = [0.4, -0.3, 0.7, 0.2]
  const expected = slopeOf(objectives.Fisher!, theta)

  it.each(Object.keys(objectives))('%s has its gradient', (name) => {
    slopeOf(objectives[name]!, theta).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
    expect(Math.hypot(...expected)).toBeGreaterThan(0.1)
  })

  it.each(Object.keys(objectives))('%s has its minimum at the true score', (name) => {
    for (const value of slopeOf(objectives[name]!, [1, 0, 0, 0])) expect(Math.abs(value)).toBeLessThan(1e-6)
  })

  it('the constant of denoising is ½ E |ε/σ|² − ½ E |s*|²', () => {
    const at = { theta: [0.4, -0.3, 0.7, 0.2] }
    const family4 = family(input('theta', [4], 'float64'))
    const [denoising, fisher] = evaluate([objectives.denoising!(family4), objectives.Fisher!(family4)], at)
    const s = truth(noisy)
    const [square2] = evaluate([sum(mul(sum(square(s), 1), weights))])
    const constantPart = (2 / sigma ** 2 - square2!.data[0]!) / 2
    expect(denoising!.data[0]! - fisher!.data[0]!).toBeCloseTo(constantPart, 5)
  })
})

describe('derivatives of networks', () => {
  /** A small network of two layers, its weights fed. */
  const scope = new Scope()
  const network: ScoreFunction = (x) => linear(scope.child('b'), tanh(linear(scope.child('a'), x, 8)), 2)
  const energy = (x: Tensor) =>
    add(sum(linear(scope.child('d'), sin(linear(scope.child('c'), x, 6)), 1), 1), mul(sum(square(x), 1), 0.3))
  const x = input('x', [3, 2])
  const score = network(x)
  const energies = energy(x)
  const feeds = {
    x: [0.3, -0.7, 1.2, 0.1, -0.4, 0.8],
    ...Object.fromEntries(
      scope.specs.map(({ name, shape }, i) => [
        name,
        normal(key(i), new Float64Array(shape.reduce((a, b) => a * b, 1))).map((z) => 0.6 * z),
      ]),
    ),
  }
  const h = 1e-5
  const moved = (i: number, by: number) => ({ ...feeds, x: feeds.x.map((value, k) => (k === i ? value + by : value)) })
  /** ∂ output[k] / ∂ x[i] by a central difference. */
  const slope = (output: Tensor, k: number, i: number) =>
    (evaluate([output], moved(i, h))[0]!.data[k]! - evaluate([output], moved(i, -h))[0]!.data[k]!) / (2 * h)

  it('the trace of the Jacobian is that of finite differences', () => {
    const [trace] = evaluate([traceOfJacobian(score, x)], feeds)
    for (const item of [0, 1, 2]) {
      const expected = slope(score, 2 * item, 2 * item) + slope(score, 2 * item + 1, 2 * item + 1)
      expect(trace!.data[item]).toBeCloseTo(expected, 8)
    }
  })

  it('the score of an energy is minus its gradient, and has a trace of its own: −ΔE', () => {
    const s = scoreOfEnergy(energy)(x)
    const [values, trace] = evaluate([s, traceOfJacobian(s, x)], feeds)
    for (let i = 0; i < 6; i++) expect(values!.data[i]).toBeCloseTo(-slope(energies, Math.floor(i / 2), i), 8)
    for (const item of [0, 1, 2]) {
      const expected = slope(s, 2 * item, 2 * item) + slope(s, 2 * item + 1, 2 * item + 1)
      expect(trace!.data[item]).toBeCloseTo(expected, 8)
    }
  })

  it('gradients of losses that hold gradients are those of finite differences', () => {
    const v = constant([1, -1, 0.5, 2, -0.25, 1], [3, 2])
    const losses = [
      explicitScoreMatching(scoreOfEnergy(energy), x).loss,
      slicedScoreMatching(network, x, v).loss,
      slicedScoreMatching(scoreOfEnergy(energy), x, v, { varianceReduced: false }).loss,
    ]
    for (const loss of losses) {
      for (const { name, shape } of scope.specs) {
        const parameter = scope.parameter(name, shape, { kind: 'zeros' })
        const [gradient] = evaluate(gradients(loss, [parameter]), feeds)
        const values = (feeds as Record<string, ArrayLike<number>>)[name]!
        const nudged = (by: number) =>
          evaluate([loss], {
            ...feeds,
            [name]: Float64Array.from(values, (value, k) => (k === 0 ? value + by : value)),
          })[0]!.data[0]!
        expect(gradient!.data[0]).toBeCloseTo((nudged(h) - nudged(-h)) / (2 * h), 7)
      }
    }
  })

  it('in one dimension a sign for a direction is the explicit objective itself', () => {
    const one = input('y', [4, 1], 'float64')
    const s: ScoreFunction = (y) => mul(tanh(mul(y, 1.7)), y)
    const v = real([1, -1, -1, 1], [4, 1])
    const [explicit, sliced] = evaluate(
      [explicitScoreMatching(s, one).itemLoss, slicedScoreMatching(s, one, v, { varianceReduced: false }).itemLoss],
      { y: [0.4, -1, 2, 0.1] },
    )
    sliced!.data.forEach((value, i) => expect(value).toBeCloseTo(explicit!.data[i]!, 12))
  })

  it('points only', () => {
    expect(() => explicitScoreMatching(network, input('image', [1, 3, 8, 8]))).toThrow('points are [N, d]')
  })
})

describe('many levels of noise', () => {
  it('λ(σ) = σ² makes each level count alike: at the true score all are between 0 and d/2', () => {
    const schedule = namedSchedule('ve', { sigmaMin: 0.1, sigmaMax: 10 })
    const levels = geometricLevels(10, 0.1, 5)
    const data = diracDenoiser({ schedule, shape: [2], points })
    const epsilon = normal(key(1), new Float64Array(5 * 200 * 2))
    const items = Array.from({ length: 1000 }, (_, i) => ({
      level: levels[i % 5]!,
      point: points.slice(2 * (i % 3), 2 * (i % 3) + 2),
    }))
    const score = real(
      items.flatMap(({ level, point }, i) => {
        const x = Float64Array.from(point, (value, k) => value + level * epsilon[2 * i + k]!)
        const mean = data.denoise(x, schedule.timeOfLogSnr(-2 * Math.log(level)))
        return [(mean[0]! - x[0]!) / level ** 2, (mean[1]! - x[1]!) / level ** 2]
      }),
      [1000, 2],
    )
    const { itemLoss } = noiseConditionalScoreMatching(
      () => score,
      real(
        items.flatMap(({ point }) => point),
        [1000, 2],
      ),
      real([...epsilon], [1000, 2]),
      real(
        items.map(({ level }) => level),
        [1000],
      ),
    )
    const losses = Array.from(evaluate([itemLoss])[0]!.data)
    const byLevel = [0, 1, 2, 3, 4].map(
      (k) => losses.reduce((total, value, i) => total + (i % 5 === k ? value : 0), 0) / 200,
    )
    for (const loss of byLevel) {
      expect(loss).toBeGreaterThanOrEqual(0)
      expect(loss).toBeLessThan(1)
    }
    // much noise: only the data's own variance over σ² can be told; little: the noise is seen exactly
    expect(byLevel[0]).toBeLessThan(0.1)
    expect(byLevel[4]).toBeLessThan(0.01)
    expect(Math.max(...byLevel)).toBeGreaterThan(0.1)
  })

  it('geometric levels', () => {
    const levels = geometricLevels(10, 0.1, 3)
    expect([...levels]).toEqual([10, expect.closeTo(1, 12), 0.1])
    expect([...geometricLevels(2, 1, 1)]).toEqual([2])
  })
})

describe('flow matching', () => {
  const [x0, epsilon, t] = [input('x0', [2, 2]), input('epsilon', [2, 2]), input('t', [2])]
  const feeds = { x0: [0.5, -1, 0.2, 1], epsilon: [1, 0.3, -0.4, 0.9], t: [0.3, 0.8] }
  const velocity = (x: Tensor) => mul(x, 0.7)

  it('is the denoising loss of the velocity on rectified flow', () => {
    const network = {
      inputShape: [2],
      outputShape: [2],
      conditions: {},
      build: (_: Scope, { x }: { x: Tensor }) => velocity(x),
    }
    const schedule = namedSchedule('rectified-flow')
    const { names, at } = trainingCoefficients(
      network as unknown as Network,
      objectiveOf({ parametrisation: 'flow', weighting: 'simple' }, schedule),
    )
    const coefficients = Object.fromEntries(names.map((name, i) => [name, feeds.t.map((time) => at(time)[i]!)]))
    const [expected] = evaluate([denoisingLoss(network as unknown as Network, new Scope(), 2).itemLoss], {
      ...feeds,
      ...coefficients,
    })
    const [actual] = evaluate([flowMatching(velocity, { x0, epsilon, t }).itemLoss], feeds)
    actual!.data.forEach((value, i) => expect(value).toBeCloseTo(expected!.data[i]!, 6))
  })

  it('with σ_min the lines end in small Gaussians, and the target is their velocity', () => {
    const seen: Tensor[] = []
    const spy = (x: Tensor) => (seen.push(x), mul(x, 0))
    const { itemLoss } = flowMatching(spy, { x0, epsilon, t }, { sigmaMin: 0.1 })
    const step = 1e-6
    const position = (shift: number) =>
      evaluate([seen[0]!], { ...feeds, t: feeds.t.map((time) => time + shift) })[0]!.data
    const [before, after] = [position(-step), position(step)]
    const [losses] = evaluate([itemLoss], feeds)
    const [end] = evaluate([seen[0]!], { ...feeds, t: [0, 0] })
    for (const item of [0, 1]) {
      const square = [0, 1].reduce(
        (sum, i) => sum + ((after[2 * item + i]! - before[2 * item + i]!) / (2 * step)) ** 2,
        0,
      )
      expect(losses!.data[item]).toBeCloseTo(square / 2, 6)
      expect(end!.data[2 * item]).toBeCloseTo(feeds.x0[2 * item]! + 0.1 * feeds.epsilon[2 * item]!, 6)
    }
  })
})

/** Tiny score networks and energies, trained with each kind of score matching, find the score of a mixture. */
import { expect, it } from 'vitest'
import {
  denoisingScoreMatching,
  explicitScoreMatching,
  fisherDivergence,
  type ScoreFunction,
  scoreOfEnergy,
  slicedScoreMatching,
} from '../../../src/diffusion/denoise/objectives/index.ts'
import type { LossGraph } from '../../../src/diffusion/denoise/objective.ts'
import { mixtureDenoiser } from '../../../src/diffusion/denoise/mixture.ts'
import { gradients, input, mul, silu, square, sub, sum, tanh, type Tensor } from '../../../src/engine/graph/index.ts'
import { initialize } from '../../../src/engine/nn/initialize.ts'
import { linear } from '../../../src/engine/nn/layers.ts'
import { layoutOf } from '../../../src/engine/nn/layout.ts'
import { Scope } from '../../../src/engine/nn/parameters.ts'
import { namedSchedule } from '../../../src/diffusion/noise/named.ts'
import { adamw } from '../../../src/engine/optim/adamw.ts'
import { fold, key, normal, rademacher } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import { blobs, drawBlobs } from '../likelihood/support.ts'

const batch = 256
const steps = 400
const [x, noise, signs] = ['x', 'noise', 'signs'].map((name) => input(name, [batch, 2])) as [Tensor, Tensor, Tensor]

/** −x and what a network adds to it. */
const networkScore =
  (scope: Scope): ScoreFunction =>
  (points) => {
    const hidden = silu(linear(scope.child('a'), points, 48))
    return sub(linear(scope.child('c'), silu(linear(scope.child('b'), hidden, 48)), 2), points)
  }

/** ½ |x|² and what a network adds to it. */
const networkEnergy =
  (scope: Scope): ScoreFunction =>
  (points) => {
    const hidden = tanh(linear(scope.child('a'), points, 48))
    const learned = linear(scope.child('c'), tanh(linear(scope.child('b'), hidden, 48)), 1)
    return sub(mul(sum(square(points), 1, { keepDims: true }), 0.5), learned)
  }

const cases: readonly (readonly [string, (scope: Scope) => ScoreFunction, (score: ScoreFunction) => LossGraph])[] = [
  ['explicit', networkScore, (score) => explicitScoreMatching(score, x)],
  ['sliced', networkScore, (score) => slicedScoreMatching(score, x, signs, { varianceReduced: false })],
  ['variance-reduced sliced', networkScore, (score) => slicedScoreMatching(score, x, signs)],
  ['denoising', networkScore, (score) => denoisingScoreMatching(score, x, noise, 0.15)],
  ['an energy, explicit', (scope) => scoreOfEnergy(networkEnergy(scope)), (score) => explicitScoreMatching(score, x)],
]

it.each(cases)('%s', async (_, scoreIn, objective) => {
  const scope = new Scope()
  const score = scoreIn(scope)
  const { loss } = objective(score)
  const truth = input('truth', [batch, 2])
  const { loss: fisher } = fisherDivergence(score, x, truth)
  const layout = layoutOf(scope.specs)
  const parameters = scope.specs.map(({ name, shape, init }) => scope.parameter(name, shape, init))
  const outputs = Object.fromEntries(
    gradients(loss, parameters).map((each, i) => [`gradient:${scope.specs[i]!.name}`, each]),
  )
  const engine = await nodeEngine()
  using step = await compile({ loss, ...outputs }, engine, { threads: 1, thread: 'caller' })
  using judge = await compile({ fisher }, engine, { threads: 1 })

  const params = initialize(layout, key(5))
  const flat = new Float32Array(layout.size)
  const views = (of: Float32Array, prefix = '') =>
    Object.fromEntries(layout.specs.map(({ name }) => [prefix + name, layout.view(of, name)]))
  const optimizer = adamw({ weightDecay: 0 })
  const state = optimizer.init(layout.size)
  const feeds = {
    x: new Float32Array(2 * batch),
    noise: new Float32Array(2 * batch),
    signs: new Float32Array(2 * batch),
  }
  for (let i = 0; i < steps; i++) {
    feeds.x.set(drawBlobs(batch, i))
    normal(fold(key(1), i), feeds.noise)
    rademacher(fold(key(2), i), feeds.signs)
    const wanted = Object.fromEntries(
      [...step.inputs.keys()].map((name) => [name, { ...feeds, ...views(params) }[name]!]),
    )
    await step.run(wanted, views(flat, 'gradient:'))
    optimizer.update(params, flat, state, 0.01 * (1 - i / steps))
  }

  const held = drawBlobs(batch, 12_345)
  const schedule = namedSchedule('ve', { sigmaMin: 1e-3, sigmaMax: 1 })
  const mean = mixtureDenoiser({ schedule, components: blobs }).denoise(held, 0) as Float64Array
  const exact = Float32Array.from(mean, (value, i) => (value - held[i]!) / 1e-6)
  const judged = await judge.run({ x: Float32Array.from(held), truth: exact, ...views(params) })
  const size = exact.reduce((total, value) => total + value ** 2, 0) / (2 * batch)
  expect(judged.fisher![0]! / size).toBeLessThan(0.08)
})

/** Whatever takes an AbortSignal ends in one way: before it starts, between its steps, in the middle of one. */
import { describe, expect, test } from 'vitest'
import { gaussianDenoiser } from '../src/diffusion/denoise/gaussian.ts'
import { finiteDivergence } from '../src/diffusion/denoise/divergence.ts'
import { discreteBound } from '../src/diffusion/discrete/bound.ts'
import { exactDenoiser } from '../src/diffusion/discrete/exact-denoiser.ts'
import { processOf } from '../src/diffusion/discrete/process.ts'
import { tokenSamplers } from '../src/diffusion/discrete/registry.ts'
import { sampleTokensFinal } from '../src/diffusion/discrete/sample.ts'
import { odeLikelihood } from '../src/diffusion/likelihood/ode-likelihood.ts'
import { variationalBound } from '../src/diffusion/likelihood/variational-bound.ts'
import { namedTable } from '../src/diffusion/noise/table.ts'
import { tableSchedule } from '../src/diffusion/noise/table-schedule.ts'
import { samplers } from '../src/diffusion/sample/registry.ts'
import { sampleFinal } from '../src/diffusion/sample/sample.ts'
import { uniformTimes } from '../src/diffusion/sample/times.ts'
import { add, input, matmul } from '../src/engine/graph/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { compile } from '../src/engine/runtime/program.ts'
import { interrupted, throwIfAborted } from '../src/interrupted.ts'

const gaussian = gaussianDenoiser({
  schedule: tableSchedule(namedTable('squaredcos_cap_v2', { steps: 20 })),
  mean: [1, -2],
  covariance: [0.5, 0.2, 0.2, 0.3],
})
const tokens = exactDenoiser(
  processOf({ kernel: 'absorbing', schedule: 'linear', steps: null, objective: 'bound' }, 2),
  [3],
  [0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125],
)
const times = uniformTimes(6, { from: 0.9, to: 0.1 })

/** Work by a signal and something that is called at every evaluation. */
type Work = (signal: AbortSignal, onEvaluation: () => void) => Promise<unknown>

const watched = (onEvaluation: () => void): typeof gaussian => ({
  ...gaussian,
  denoise(...args) {
    onEvaluation()
    return gaussian.denoise(...args)
  },
})
const watchedTokens = (onEvaluation: () => void): typeof tokens => ({
  ...tokens,
  async logits(...args) {
    onEvaluation()
    return tokens.logits(...args)
  },
})

const works: [string, Work][] = [
  ...samplers
    .filter(({ sampler }) => !sampler.name.includes('learned'))
    .map(({ sampler }): [string, Work] => [
      `sampler ${sampler.name}`,
      (signal, onEvaluation) => sampleFinal(watched(onEvaluation), { sampler, times, seed: 1, signal }),
    ]),
  ...tokenSamplers.map((sampler): [string, Work] => [
    `sampler of tokens ${sampler.name}`,
    (signal, onEvaluation) => sampleTokensFinal(watchedTokens(onEvaluation), { sampler, steps: 6, seed: 1, signal }),
  ]),
  ['the bound', (signal, on) => variationalBound(watched(on), Float64Array.of(1, 2), { signal })],
  [
    'the likelihood by the flow',
    (signal, on) => odeLikelihood(finiteDivergence(watched(on)), Float64Array.of(1, 2), { signal }),
  ],
  ['the bound of tokens', (signal, on) => discreteBound(watchedTokens(on), Int32Array.of(0, 1, 0), { signal })],
]

describe.each(works)('%s', (_, work) => {
  test('before the start', async () => {
    let evaluations = 0
    const error = await ending(work(AbortSignal.abort('early'), () => void evaluations++))
    expect(error).toMatchObject({ name: 'TweedieError', code: 'interrupted', cause: 'early' })
    expect(evaluations).toBe(0)
  })

  test('after the first evaluation', async () => {
    const stop = new AbortController()
    let evaluations = 0
    const error = await ending(work(stop.signal, () => void (++evaluations && stop.abort('now'))))
    expect(error).toMatchObject({ name: 'TweedieError', code: 'interrupted', cause: 'now' })
  })

  test('not at all, once it has ended', async () => {
    const stop = new AbortController()
    await work(stop.signal, () => {})
    stop.abort()
  })
})

test.each(['capi', 'binding'] as const)('a run of %s that is queued or under way', async (prefer) => {
  const x = input('x', [64, 64])
  using program = await compile({ y: add(matmul(x, x), 1) }, await nodeEngine({ prefer }), { thread: 'pool' })
  const stop = new AbortController()
  const runs = Array.from({ length: 10 }, () =>
    ending(program.run({ x: new Float32Array(64 * 64) }, {}, { signal: stop.signal })),
  )
  stop.abort(new Error('enough'))
  for (const error of await Promise.all(runs)) {
    expect(error).toMatchObject({
      code: 'interrupted',
      message: 'aborted on request: enough',
      cause: { message: 'enough' },
    })
  }
})

test('the reason is told where there is one', () => {
  expect(interrupted(AbortSignal.abort()).message).toBe('aborted on request')
  expect(interrupted(AbortSignal.abort(new Error('too late'))).message).toBe('aborted on request: too late')
  expect(() => throwIfAborted(undefined)).not.toThrow()
  expect(() => throwIfAborted(new AbortController().signal)).not.toThrow()
})

const ending = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'it ended as if nothing had been',
    (error: unknown) => error,
  )

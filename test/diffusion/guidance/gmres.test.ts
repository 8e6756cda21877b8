/** Systems that are not symmetric. */
import { expect, it } from 'vitest'
import { differentiableGaussian } from '../../../src/diffusion/guidance/differentiable.ts'
import { gmres } from '../../../src/diffusion/guidance/gmres.ts'
import { mmps, piGdm, sda } from '../../../src/diffusion/guidance/likelihood.ts'
import { linearOperator, maskOperator, observation } from '../../../src/diffusion/measure/index.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/index.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

const n = 5
/** I + a matrix of random numbers, another one for each of two items. */
const matrices = ['a', 'b'].map((name) =>
  normal(key(name), new Float64Array(n * n)).map((value, at) => 0.7 * value + (at % (n + 1) === 0 ? 2 : 0)),
)
const times = (v: Float64Array): Float64Array =>
  Float64Array.from({ length: 2 * n }, (_, at) => {
    const [item, row] = [Math.floor(at / n), at % n]
    let sum = 0
    for (let j = 0; j < n; j++) sum += matrices[item]![row * n + j]! * v[item * n + j]!
    return sum
  })
const b = normal(key('right'), new Float64Array(2 * n))
const rest = (u: Float64Array): number => Math.hypot(...times(u).map((value, i) => value - b[i]!))

it('as many products as unknowns solve a system', async () => {
  expect(rest(await gmres(times, b, n, { iterations: n }))).toBeLessThan(1e-12)
  expect(rest(await gmres(times, b, n, { iterations: 50 }))).toBeLessThan(1e-9)
})

it('every product makes the residual smaller, and none is made in vain', async () => {
  const rests: number[] = []
  for (let iterations = 0; iterations < n; iterations++) rests.push(rest(await gmres(times, b, n, { iterations })))
  expect(rests).toEqual(rests.toSorted((x, y) => y - x))
  let products = 0
  const identity = (v: Float64Array): Float64Array => {
    products += 1
    return v.slice()
  }
  expect(Array.from(await gmres(identity, b, n, { iterations: 9 }))).toEqual(
    Array.from(b, (x) => expect.closeTo(x, 12)),
  )
  expect(products).toBe(1)
  expect(Array.from(await gmres(identity, new Float64Array(4), 2, { iterations: 9 }))).toEqual([0, 0, 0, 0])
})

const schedule = cosineSchedule()
const covariance = Float64Array.from({ length: n * n }, (_, at) => 0.8 ** Math.abs(Math.floor(at / n) - (at % n)))
const prior = differentiableGaussian({ schedule, mean: new Float64Array(n), covariance })
const x = normal(key('x'), new Float64Array(2 * n))

it('in moment matching it gives what conjugate gradients give, where both may be used', async () => {
  const seen = observation(maskOperator([n], [1, 0, 1, 1, 0]), Float64Array.of(1, -0.5, 0.3), 0.2)
  const [cg, general] = (['cg', 'gmres'] as const).map((solver) => mmps(prior, seen, { iterations: 3, solver }))
  for (const t of [0.2, 0.7]) {
    const expected = await cg!.denoise(x, t)
    ;(await general!.denoise(x, t)).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 9))
  }
})

it('sda: D + (σ²/α) Jᵀ Aᵀ (y − A D) / (σ_y² + γ σ²/α²)', async () => {
  const weights = Float64Array.from([1, 0, 2, 0, -1])
  const forward = (v: Float64Array): number[] => [v.reduce((sum, value, i) => sum + value * weights[i]!, 0)]
  const operator = linearOperator({ from: [n], to: [1], forward, adjoint: (v) => weights.map((w) => w * v[0]!) })
  const guided = sda(prior, observation(operator, Float64Array.of(0.7), 0.3), { gamma: 0.05 })
  for (const t of [0.2, 0.7]) {
    const mean = prior.denoise(x, t)
    const factor = schedule.sigma(t) ** 2 / schedule.alpha(t)
    const variance = 0.3 ** 2 + 0.05 * (schedule.sigma(t) / schedule.alpha(t)) ** 2
    const misfits = [0, 1].map((item) => 0.7 - forward(Float64Array.from(mean.slice(item * n, item * n + n)))[0]!)
    const pulled = prior.vjp(
      x,
      t,
      Float64Array.from({ length: 2 * n }, (_, i) => (weights[i % n]! * misfits[Math.floor(i / n)]!) / variance),
    )
    ;(await guided.denoise(x, t)).forEach((value, i) => expect(value).toBeCloseTo(mean[i]! + factor * pulled[i]!, 10))
  }
})

it('sda of a mask with γ 1 is ΠGDM that knows nothing of the data', async () => {
  const seen = observation(maskOperator([n], [1, 0, 1, 0, 0]), Float64Array.of(1, -0.5), 0.2)
  const expected = await piGdm(prior, seen, { dataVariance: 1e12 }).denoise(x, 0.4)
  ;(await sda(prior, seen, { gamma: 1 }).denoise(x, 0.4)).forEach((value, i) =>
    expect(value).toBeCloseTo(expected[i]!, 6),
  )
  expect(() => sda(prior, seen, { gamma: 0 })).toThrow('gamma is 0')
})

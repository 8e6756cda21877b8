import { describe, expect, it } from 'vitest'
import { analyticDivergence, basis, finiteDivergence } from '../../../src/diffusion/denoise/divergence.ts'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { mixtureDenoiser } from '../../../src/diffusion/denoise/mixture.ts'
import { estimate } from '../../../src/diffusion/likelihood/units.ts'
import { odeLikelihood } from '../../../src/diffusion/likelihood/ode-likelihood.ts'
import { namedSchedule } from '../../../src/diffusion/noise/named.ts'
import { tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'
import { blobs, drawBlobs, drawGaussian, gaussian } from './support.ts'

const schedules = [
  namedSchedule('vp'),
  namedSchedule('sub-vp'),
  namedSchedule('cosine'),
  namedSchedule('rectified-flow'),
  namedSchedule('edm', { sigmaMax: 200 }),
  namedSchedule('ve', { sigmaMin: 1e-3, sigmaMax: 200 }),
  tableSchedule(namedTable('linear'), 'linear table'),
]

describe.each(schedules.map((schedule) => [schedule.name, schedule] as const))('on %s', (_, schedule) => {
  it('the exact trace gives the density of a Gaussian to 1e-3 nats', async () => {
    const denoiser = gaussianDenoiser({ schedule, ...gaussian })
    const x0 = drawGaussian(5, 1)
    const { logDensity } = await odeLikelihood(analyticDivergence(denoiser), x0, { prior: denoiser.logDensity })
    const truth = gaussianDenoiser({ schedule: namedSchedule('vp'), ...gaussian }).logDensity(x0, 0)
    logDensity.forEach((log, i) => expect(Math.abs(log - truth[i]!)).toBeLessThan(1e-3))
  })

  it('and of a mixture', async () => {
    const denoiser = mixtureDenoiser({ schedule, components: blobs })
    const x0 = drawBlobs(6, 2)
    const { logDensity } = await odeLikelihood(analyticDivergence(denoiser), x0, { prior: denoiser.logDensity })
    const truth = mixtureDenoiser({ schedule: namedSchedule('vp'), components: blobs }).logDensity(x0, 1e-7)
    logDensity.forEach((log, i) => expect(Math.abs(log - truth[i]!)).toBeLessThan(1e-3))
  })
})

describe('on cosine', () => {
  const schedule = namedSchedule('cosine')
  const mixture = mixtureDenoiser({ schedule, components: blobs })
  const x0 = drawBlobs(4, 3)

  it('fixed steps of order four reach the same', async () => {
    const exact = await odeLikelihood(analyticDivergence(mixture), x0, {
      solver: { name: 'rk45', relative: 1e-8, absolute: 1e-8 },
    })
    const error = async (steps: number) => {
      const { logDensity } = await odeLikelihood(analyticDivergence(mixture), x0, { solver: { name: 'rk4', steps } })
      return Math.max(...logDensity.map((log, i) => Math.abs(log - exact.logDensity[i]!)))
    }
    const [coarse, fine] = [await error(40), await error(80)]
    expect(fine).toBeLessThan(1e-3)
    expect(coarse / fine).toBeGreaterThan(8)
  })

  it.each(['rademacher', 'gaussian'] as const)('Hutchinson’s %s estimate is right on the average', async (trace) => {
    const same = Float64Array.from({ length: 800 }, (_, i) => x0[i % 2]!)
    const options = { trace, solver: { name: 'rk4', steps: 40 } } as const
    const { logDensity } = await odeLikelihood(analyticDivergence(mixture), same, options)
    const { value, standardError } = estimate(logDensity)
    const [truth] = mixture.logDensity(x0, 1e-7)
    expect(Math.abs(value - truth!)).toBeLessThan(4 * standardError! + 1e-3)
    expect(standardError).toBeLessThan(trace === 'rademacher' ? 0.1 : 0.2)
    expect(standardError).toBeGreaterThan(0)
  })

  it('the latent of a Gaussian is that of its exact flow', async () => {
    const denoiser = gaussianDenoiser({ schedule, ...gaussian })
    const x = drawGaussian(2, 4)
    const { latent } = await odeLikelihood(analyticDivergence(denoiser), x)
    const exact = denoiser.flow(x, 0, 1)
    latent.forEach((value, i) => expect(value).toBeCloseTo(exact[i]!, 3))
  })

  it('probes differ from item to item and from draw to draw, and depend on nothing else', async () => {
    const denoiser = analyticDivergence(mixture)
    const run = async (x: Float64Array, options: object) =>
      (await odeLikelihood(denoiser, x, { trace: 'gaussian', solver: { name: 'rk4', steps: 10 }, ...options }))
        .logDensity
    const twice = Float64Array.of(...x0.slice(0, 2), ...x0.slice(0, 2))
    const [a, b] = await run(twice, {})
    expect(a).not.toBe(b)
    expect((await run(x0.slice(0, 2), { firstItem: 1 }))[0]).toBe(b)
    expect((await run(x0.slice(0, 2), { draw: 1 }))[0]).not.toBe(a)
  })
})

describe('the trace of a Jacobian', () => {
  const schedule = namedSchedule('vp')
  const mixture = mixtureDenoiser({ schedule, components: blobs })
  const x = drawBlobs(5, 8)

  it('in closed form is that of finite differences', async () => {
    const exact = await analyticDivergence(mixture).denoiseAndTrace(x, 0.4)
    const finite = await finiteDivergence(mixture).denoiseAndTrace(x, 0.4)
    exact.trace.forEach((value, i) => expect(value).toBeCloseTo(finite.trace[i]!, 6))
    expect(exact.mean).toEqual(finite.mean)
  })

  it('is the sum over a basis of vᵀ J v', async () => {
    const denoiser = analyticDivergence(mixture)
    const total = new Float64Array(5)
    for (const v of basis(x, 2)) {
      const { trace } = await denoiser.denoiseAndTrace(x, 0.4, v)
      trace.forEach((value, i) => (total[i]! += value))
    }
    const { trace } = await denoiser.denoiseAndTrace(x, 0.4)
    trace.forEach((value, i) => expect(value).toBeCloseTo(total[i]!, 6))
  })
})

it('stops when asked to, and refuses data of another shape', async () => {
  const denoiser = analyticDivergence(gaussianDenoiser({ schedule: namedSchedule('vp'), ...gaussian }))
  await expect(odeLikelihood(denoiser, new Float64Array(4))).rejects.toThrow('no items')
  await expect(odeLikelihood(denoiser, new Float64Array(3), { signal: AbortSignal.abort() })).rejects.toThrow()
})

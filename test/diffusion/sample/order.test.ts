/** Every sampler converges at the order it declares, measured in double precision on a posterior in closed form. */
import { describe, expect, it } from 'vitest'
import { gaussianDenoiser } from '../../../src/diffusion/denoise/gaussian.ts'
import { rectifiedFlow } from '../../../src/diffusion/noise/flow.ts'
import { edmSchedule } from '../../../src/diffusion/noise/ve.ts'
import { subVpSchedule, vpSchedule } from '../../../src/diffusion/noise/vp.ts'
import { adaptiveOde } from '../../../src/diffusion/sample/adaptive-ode.ts'
import { ddim } from '../../../src/diffusion/sample/ddim.ts'
import { lms } from '../../../src/diffusion/sample/deis.ts'
import { dpmSolver } from '../../../src/diffusion/sample/dpm-solver.ts'
import { dpmSolverSde, dpmSolverSingle } from '../../../src/diffusion/sample/dpm-solver-single.ts'
import { measureWeakOrder } from '../../../src/diffusion/sample/measure-law.ts'
import { measureOrder } from '../../../src/diffusion/sample/measure-order.ts'
import { samplers } from '../../../src/diffusion/sample/registry.ts'
import { heun } from '../../../src/diffusion/sample/runge-kutta.ts'
import { sample, sampleFinal } from '../../../src/diffusion/sample/sample.ts'
import type { LinearSampler } from '../../../src/diffusion/sample/sampler.ts'
import { uniformTimes } from '../../../src/diffusion/sample/times.ts'
import { uniPc } from '../../../src/diffusion/sample/unipc.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'

const linear = samplers.map(({ sampler }) => sampler).filter((sampler): sampler is LinearSampler => 'plan' in sampler)
const named = (list: readonly LinearSampler[]) => list.map((sampler) => [sampler.name, sampler] as const)

describe('samplers without noise, on a mixture of Gaussians', () => {
  it.each(named(linear.filter((sampler) => !sampler.stochastic)))('%s', async (_, sampler) => {
    const { order } = await measureOrder(sampler)
    // the start of a multistep method of order 4 still shows
    expect(order).toBeGreaterThan(sampler.order - (sampler.order > 3 ? 0.4 : 0.15))
    expect(order).toBeLessThan(sampler.order + 0.5)
  })

  it.each([1, 2, 3] as const)('UniPC-%i is of order p + 1 when its last step is of full order', async (order) => {
    const sampler = uniPc({ order, lowerOrderFinal: 'never' })
    expect((await measureOrder(sampler)).order).toBeGreaterThan(order + 1 - 0.15)
  })

  it('the third-order weights in common use are of order 2', async () => {
    const { order } = await measureOrder(dpmSolver({ order: 3, curvature: 'published' }))
    expect(order).toBeLessThan(2.3)
  })
})

describe('on other schedules', () => {
  it.each([edmSchedule(), vpSchedule(), subVpSchedule(), rectifiedFlow()].map((s) => [s.name, s] as const))(
    '%s',
    async (_, schedule) => {
      for (const sampler of [ddim(), dpmSolver(), lms({ order: 2 }), heun(), dpmSolver({ order: 3 })]) {
        expect((await measureOrder(sampler, { schedule })).order, sampler.name).toBeGreaterThan(sampler.order - 0.15)
      }
    },
  )
})

describe('samplers with noise: the variance they end in', () => {
  const noisy = linear.filter(({ stochastic, name }) => stochastic && !/langevin|churn/.test(name))
  it.each(named(noisy))('%s', async (_, sampler) => {
    const { order } = await measureWeakOrder(sampler)
    expect(order).toBeGreaterThan(sampler.order - 0.15)
    expect(order).toBeLessThan(sampler.order + 0.5)
  })

  it('EDM with churn, as long as its γ is not capped', async () => {
    const { order } = await measureWeakOrder(heun({ churn: 5 }))
    expect(order).toBeGreaterThan(1.85)
  })

  it('DPM++ SDE draws one Brownian path: without noise it is the single-step solver', () => {
    const grid = [0.9, 0.5, 0.2]
    const [a, b] = [dpmSolverSde({ eta: 0 }), dpmSolverSingle()].map(
      (sampler) => sampler.plan(cosineSchedule(), grid).steps,
    )
    a!.forEach(({ stages }, i) =>
      stages.forEach((stage, k) => {
        expect(stage.x).toBeCloseTo(b![i]!.stages[k]!.x, 12)
        expect(stage.history[0]).toBeCloseTo(b![i]!.stages[k]!.history[0]!, 12)
      }),
    )
  })
})

describe('RK45', () => {
  const schedule = vpSchedule()
  const denoiser = gaussianDenoiser({ schedule, mean: [1, -2], covariance: [0.5, 0.2, 0.2, 0.3] })
  const x = Float64Array.of(0.3, -0.8, 1.4, 0.1)

  it('keeps its tolerance, against the closed form, in both directions', async () => {
    for (const tolerance of [1e-3, 1e-5, 1e-8]) {
      const sampler = adaptiveOde({ relative: tolerance, absolute: tolerance })
      for (const times of [
        [1, 1e-3],
        [1e-3, 1],
      ]) {
        const exact = denoiser.flow(x, times[0]!, times[1]!)
        const result = await sampleFinal(denoiser, { sampler, times, x })
        result.forEach((value, i) => expect(Math.abs(value - exact[i]!)).toBeLessThan(20 * tolerance))
      }
    }
  })

  it('takes more steps for more precision, and lands on clean data', async () => {
    const count = async (tolerance: number) => {
      let steps = 0
      const sampler = adaptiveOde({ relative: tolerance, absolute: tolerance })
      for await (const { s } of sample(denoiser, { sampler, times: [1, 1e-3, 0], x })) {
        steps++
        if (s === 0) return steps
      }
      throw new Error('did not land')
    }
    expect(await count(1e-7)).toBeGreaterThan(await count(1e-3))
  })

  it('gives up with an error rather than for ever', async () => {
    const sampler = adaptiveOde({ maxSteps: 3 })
    await expect(sampleFinal(denoiser, { sampler, times: uniformTimes(2), x })).rejects.toThrow('stuck')
  })
})

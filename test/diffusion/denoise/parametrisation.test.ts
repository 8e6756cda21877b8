import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromPrediction } from '../../../src/diffusion/denoise/from-prediction.ts'
import {
  edmPreconditioning,
  type Parametrisation,
  parametrisation,
  parametrisations,
  predictionOfSample,
  previousMean,
  sampleOfPrediction,
  targetOf,
} from '../../../src/diffusion/denoise/parametrisation.ts'
import { cosineSchedule } from '../../../src/diffusion/noise/cosine.ts'
import { rectifiedFlow } from '../../../src/diffusion/noise/flow.ts'
import { jump, transition } from '../../../src/diffusion/noise/kernel.ts'
import { tableSchedule } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable, zeroTerminalSnr } from '../../../src/diffusion/noise/table.ts'
import { edmSchedule } from '../../../src/diffusion/noise/ve.ts'
import { schedules } from '../noise/schedules.ts'

const kinds: Parametrisation[] = [...Object.values(parametrisations), edmPreconditioning(), previousMean((t) => t / 2)]
const number = fc.double({ min: -3, max: 3, noNaN: true })

describe.each(schedules.map((schedule) => [schedule.name, schedule] as const))('%s', (_, schedule) => {
  it('every target gives back the data, and turns into every other', () => {
    fc.assert(
      fc.property(number, number, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (x0, eps, t) => {
        const sample = Float64Array.of(x0)
        const noise = Float64Array.of(eps)
        const x = jump(schedule, t, sample, noise)
        // rounding in x is amplified by σ/α on the way to x₀
        const slack = 1e-12 * Math.max(1, schedule.sigma(t) / schedule.alpha(t)) * 10
        for (const kind of kinds) {
          const target = targetOf(kind, schedule, t, sample, noise)
          const back = sampleOfPrediction(kind, schedule, t, target, x)
          expect(Math.abs(back[0]! - x0), kind.name).toBeLessThan(slack)
          for (const other of kinds) {
            const expected = targetOf(other, schedule, t, sample, noise)[0]!
            const converted = predictionOfSample(other, schedule, t, back, x)[0]!
            const { sample: a, noise: b } = other.weights(schedule, t)
            const scale = Math.abs(a) + Math.abs(b) + Math.abs((b * schedule.alpha(t)) / schedule.sigma(t))
            expect(Math.abs(converted - expected), `${kind.name} → ${other.name}`).toBeLessThan(slack * (1 + scale))
          }
        }
      }),
      { numRuns: 50 },
    )
  })
})

describe('the published forms', () => {
  const sample = Float64Array.of(0.3)
  const noise = Float64Array.of(-1.2)

  it('v = α ε − σ x₀, and x₀ = α x − σ v where variance is preserved', () => {
    const schedule = cosineSchedule()
    const x = jump(schedule, 0.4, sample, noise)[0]!
    const v = targetOf('v', schedule, 0.4, sample, noise)[0]!
    expect(v).toBeCloseTo(schedule.alpha(0.4) * -1.2 - schedule.sigma(0.4) * 0.3, 14)
    expect(schedule.alpha(0.4) * x - schedule.sigma(0.4) * v).toBeCloseTo(0.3, 14)
  })

  it('the flow of straight paths is ε − x₀', () => {
    expect(targetOf('flow', rectifiedFlow(), 0.4, sample, noise)[0]).toBeCloseTo(-1.5, 14)
  })

  it('EDM: D = c_skip x + c_out F with the coefficients of its table 1', () => {
    const schedule = edmSchedule()
    const [t, d] = [0.01, 0.5]
    const s = schedule.sigma(t)
    const x = jump(schedule, t, sample, noise)[0]!
    const F = targetOf(edmPreconditioning(d), schedule, t, sample, noise)[0]!
    expect((d ** 2 / (s ** 2 + d ** 2)) * x + ((s * d) / Math.hypot(s, d)) * F).toBeCloseTo(0.3, 13)
  })

  it('the previous mean is μ̃', () => {
    const schedule = tableSchedule(namedTable('linear'))
    const x = jump(schedule, 0.5, sample, noise)[0]!
    const { posterior } = transition(schedule, 0.499, 0.5)
    const target = targetOf(
      previousMean((t) => t - 0.001),
      schedule,
      0.5,
      sample,
      noise,
    )[0]!
    expect(target).toBeCloseTo(posterior.x * x + posterior.sample * 0.3, 12)
  })
})

describe('where no signal is left', () => {
  const schedule = tableSchedule(zeroTerminalSnr(namedTable('linear')))
  const one = Float64Array.of(1)

  it('v and sample still tell the data, epsilon says so clearly', () => {
    expect(sampleOfPrediction('v', schedule, 1, one, one)[0]).toBeCloseTo(-1, 14)
    expect(sampleOfPrediction('sample', schedule, 1, one, one)[0]).toBe(1)
    expect(() => sampleOfPrediction('epsilon', schedule, 1, one, one)).toThrow('says nothing about the data')
  })
})

it('finds parametrisations by name, and refuses others', () => {
  expect(parametrisation('epsilon').name).toBe('epsilon')
  expect(() => parametrisation('noise' as 'epsilon')).toThrow('unknown parametrisation: noise')
})

it('a prediction of the wrong length is a shape error', async () => {
  const denoiser = fromPrediction(() => new Float32Array(6), {
    schedule: cosineSchedule(),
    shape: [3],
    kind: 'epsilon',
  })
  await expect(denoiser.denoise(new Float32Array(3), 0.5)).rejects.toThrow('6 numbers for 3 of input')
})

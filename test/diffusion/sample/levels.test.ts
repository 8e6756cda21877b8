/** Grids of noise levels against their closed forms. */
import { describe, expect, it } from 'vitest'
import * as fc from 'fast-check'
import { betaCurve, betaQuantile, exponentialCurve, karrasCurve } from '../../../src/diffusion/sample/levels.ts'
import { laplaceBetas } from '../../../src/diffusion/noise/betas.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'
import { noiseLevel } from '../../../src/diffusion/noise/schedule.ts'
import { schedulerParts } from '../../../src/sample.ts'

describe('curves', () => {
  it.each([
    ['Karras', karrasCurve()],
    ['exponential', exponentialCurve],
    ['beta', betaCurve],
  ])('%s: from the greatest to the least level, falling', (_, curve) => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-3, max: 0.5, noNaN: true }),
        fc.double({ min: 1, max: 700, noNaN: true }),
        (min, max) => {
          const levels = Array.from({ length: 9 }, (_, i) => curve(max, min, i / 8))
          expect(levels[0]! / max).toBeCloseTo(1, 9)
          expect(levels[8]! / min).toBeCloseTo(1, 6)
          levels.slice(1).forEach((level, i) => expect(level).toBeLessThan(levels[i]!))
        },
      ),
      { numRuns: 20 },
    )
  })

  it('quantiles of a beta distribution: the arcsine law, the uniform law, a parabola', () => {
    for (const p of [0.01, 0.25, 0.5, 0.8, 0.999]) {
      expect(betaQuantile(p, 1)).toBeCloseTo(p, 8)
      expect(betaQuantile(p, 0.5)).toBeCloseTo(Math.sin((Math.PI * p) / 2) ** 2, 7)
      const x = betaQuantile(p, 2)
      expect(3 * x ** 2 - 2 * x ** 3).toBeCloseTo(p, 8)
      expect(betaQuantile(1 - p, 0.6)).toBeCloseTo(1 - betaQuantile(p, 0.6), 12)
    }
  })
})

describe('levels of a scheduler', () => {
  const euler = { _class_name: 'EulerDiscreteScheduler', use_karras_sigmas: true }
  const sigmas = (config: Record<string, unknown>, steps: number) => {
    const { schedule, times } = schedulerParts(config)
    return times(steps)
      .slice(0, -1)
      .map((t) => noiseLevel(schedule, t))
  }

  it('Karras, between the ends that are given', () => {
    const got = sigmas({ ...euler, sigma_min: 0.1, sigma_max: 5 }, 5)
    const root = (i: number) => 5 ** (1 / 7) + (i / 4) * (0.1 ** (1 / 7) - 5 ** (1 / 7))
    got.forEach((sigma, i) => expect(sigma).toBeCloseTo(root(i) ** 7, 8))
  })

  it('the ends follow the spacing for classes of fractional levels', () => {
    const { table } = schedulerParts(euler)
    const at = (level: number) => Math.sqrt(1 / table!.alphaBar[level]! - 1)
    expect(sigmas({ ...euler, timestep_spacing: 'leading', steps_offset: 1 }, 10)[0]).toBeCloseTo(at(901), 8)
    expect(sigmas({ ...euler, timestep_spacing: 'leading', steps_offset: 1 }, 10)[9]).toBeCloseTo(at(1), 8)
    expect(sigmas(euler, 10)[0]).toBeCloseTo(at(999), 8)
  })

  it('exponential: equal ratios', () => {
    const got = sigmas({ _class_name: 'LMSDiscreteScheduler', use_exponential_sigmas: true }, 6)
    for (let i = 2; i < 6; i++) expect(got[i]! / got[i - 1]!).toBeCloseTo(got[1]! / got[0]!, 8)
  })

  it('a level beyond the table is refused, and two curves at once', () => {
    expect(() => schedulerParts({ ...euler, sigma_max: 700 }).times(5)).toThrow('sigma_max is 700')
    expect(() => schedulerParts({ ...euler, use_beta_sigmas: true })).toThrow('use_karras_sigmas and use_beta_sigmas')
  })

  it('the network is told whole levels, a quarter of log σ, or what lies between', () => {
    const dpm = { _class_name: 'DPMSolverMultistepScheduler', use_karras_sigmas: true }
    const told = (config: Record<string, unknown>) => {
      const { times, level } = schedulerParts(config)
      return times(5).slice(0, -1).map(level)
    }
    expect(told(dpm).every(Number.isInteger)).toBe(true)
    expect(told(euler).every(Number.isInteger)).toBe(false)
    const continuous = { ...euler, prediction_type: 'v_prediction', timestep_type: 'continuous', sigma_max: 10 }
    expect(told(continuous)[0]).toBeCloseTo(0.25 * Math.log(10), 8)
  })

  it('lambda_min_clipped leaves out the noisiest levels of the cosine table', () => {
    const dpm = {
      _class_name: 'DPMSolverMultistepScheduler',
      beta_schedule: 'squaredcos_cap_v2',
      lambda_min_clipped: -5.1,
    }
    const { schedule, times, level } = schedulerParts(dpm)
    const first = times(20)[0]!
    expect(schedule.logSnr(first) / 2).toBeGreaterThanOrEqual(-5.1)
    expect(schedule.logSnr(first + 0.001) / 2).toBeLessThan(-5.1)
    expect(level(first)).toBeLessThan(999)
    expect(schedulerParts({ ...dpm, timestep_spacing: 'trailing' }).times(20)[0]).toBe(first)
  })
})

describe('flows', () => {
  const flow = { _class_name: 'FlowMatchEulerDiscreteScheduler' }

  it('shift_terminal stretches the times so that the last is what it says', () => {
    const plain = schedulerParts({ ...flow, shift: 3 }).times(8)
    const stretched = schedulerParts({ ...flow, shift: 3, shift_terminal: 0.1 }).times(8)
    expect(stretched[0]).toBe(1)
    expect(stretched[7]).toBeCloseTo(0.1, 12)
    plain.slice(0, 8).forEach((t, i) => expect(1 - stretched[i]!).toBeCloseTo(((1 - t) * 0.9) / (1 - plain[7]!), 12))
  })

  it('solvers of tables take the levels of a flow', () => {
    const config = { use_flow_sigmas: true, prediction_type: 'flow_prediction', flow_shift: 3 }
    const shifted = (t: number) => (3 * t) / (1 + 2 * t)
    const dpm = schedulerParts({ ...config, _class_name: 'DPMSolverMultistepScheduler' })
    expect([dpm.kind, dpm.table]).toEqual(['flow', undefined])
    dpm
      .times(4)
      .slice(0, -1)
      .forEach((t, i) => expect(t).toBeCloseTo(shifted(0.999 * (1 - i / 4)), 12))
    const pc = schedulerParts({ ...config, _class_name: 'UniPCMultistepScheduler' })
    expect(pc.times(4)[0]).toBe(1 - 1e-6)
    expect(pc.times(4)[1]).toBeCloseTo(shifted(1 + (1 / 4) * (0.001 - 1)), 12)
    expect(pc.level(pc.times(4)[0]!)).toBe(999)
  })

  it.each([
    ['use_dynamic_shifting', true],
    ['invert_sigmas', true],
    ['stochastic_sampling', true],
  ])('%s is refused by name', (option, value) => {
    expect(() => schedulerParts({ ...flow, [option]: value })).toThrow(`${option} is ${value}: only false is supported`)
  })
})

describe('score models', () => {
  it('n levels in geometric progression, told as they are', () => {
    const { kind, schedule, times, level, sampler } = schedulerParts({ _class_name: 'ScoreSdeVeScheduler' })
    expect([kind, sampler.name]).toEqual(['score', 'pc(ddpm-large)'])
    const told = times(5).map(level)
    told.forEach((sigma, i) => expect(sigma / (1348 * (0.01 / 1348) ** (i / 4))).toBeCloseTo(1, 10))
    expect(schedule.alpha(0.3)).toBe(1)
  })
})

describe('tables', () => {
  it('exp: ᾱ falls as e^{−12 t}', () => {
    const { alphaBar } = namedTable('exp', { steps: 100 })
    ;[0, 49, 80].forEach((i) => expect(alphaBar[i]! / Math.exp((-12 * (i + 1)) / 100)).toBeCloseTo(1, 9))
  })

  it('laplace: ᾱ² / (1 − ᾱ²) is the quantile of a Laplace law', () => {
    const { alphaBar } = namedTable('laplace', { steps: 100 })
    const first = Math.sqrt(1 / (1 + 1e-3))
    for (const i of [9, 49, 89]) {
      const u = (i + 1) / 100
      const logSnr = -0.5 * Math.sign(0.5 - u) * Math.log(1 - 2 * Math.abs(0.5 - u) + 1e-6)
      expect(alphaBar[i]! * first).toBeCloseTo(Math.sqrt(1 / (1 + Math.exp(-logSnr))), 4)
    }
    expect(laplaceBetas({ steps: 100 }).every((beta) => beta > 0 && beta < 1)).toBe(true)
  })
})

describe('options of other classes', () => {
  it('do nothing, as in diffusers', () => {
    const plain = schedulerParts({ _class_name: 'EulerDiscreteScheduler' })
    const other = schedulerParts({ _class_name: 'EulerDiscreteScheduler', clip_sample: true, set_alpha_to_one: false })
    expect(other.clip).toBeNull()
    expect(other.times(7)).toEqual(plain.times(7))
  })

  it('variances of DDPM', () => {
    const of = (variance_type: string) => schedulerParts({ _class_name: 'DDPMScheduler', variance_type })
    expect([of('fixed_small').variance, of('fixed_large').variance, of('learned_range').variance]).toEqual([
      'small',
      'large',
      'learned',
    ])
    expect(of('learned_range').sampler.name).toBe('ddpm-learned')
    expect(() => of('learned')).toThrow('variance_type is "learned"')
    expect(() => of('fixed_large_log')).toThrow('variance_type is "fixed_large_log"')
  })
})

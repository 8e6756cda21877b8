/** Weightings, laws of times and views of the input, against what their papers say of one another. */
import { describe, expect, it } from 'vitest'
import { defaultInputView, inputView } from '../../../src/diffusion/denoise/input-view.ts'
import { normalCdf, normalQuantile } from '../../../src/diffusion/denoise/normal-quantile.ts'
import { objectiveOf } from '../../../src/diffusion/denoise/objective-spec.ts'
import { edmPreconditioning } from '../../../src/diffusion/denoise/parametrisation.ts'
import { type TimesSpec, timeDistribution } from '../../../src/diffusion/denoise/time-distribution.ts'
import { lossWeight } from '../../../src/diffusion/denoise/weighting.ts'
import { transition } from '../../../src/diffusion/noise/kernel.ts'
import { namedSchedule, scheduleNames } from '../../../src/diffusion/noise/named.ts'
import { noiseLevel, type Schedule } from '../../../src/diffusion/noise/schedule.ts'
import { tableOfSchedule, tableSchedule, timeOfIndex } from '../../../src/diffusion/noise/table-schedule.ts'
import { namedTable } from '../../../src/diffusion/noise/table.ts'

const continuous = scheduleNames.map((name) => namedSchedule(name))
const snr = (schedule: Schedule, t: number) => Math.exp(schedule.logSnr(t))

describe('weightings', () => {
  const vp = namedSchedule('vp')

  it('snr weighs the error of ε, uniform-x0 that of the data, whatever is predicted', () => {
    expect(lossWeight('snr', 'epsilon', vp, 0.3)).toBeCloseTo(1, 12)
    expect(lossWeight('uniform-x0', 'sample', vp, 0.3)).toBe(1)
    // v̂ − v = −(x̂₀ − x₀)/σ on a variance-preserving schedule
    expect(lossWeight('uniform-x0', 'v', vp, 0.3)).toBeCloseTo(vp.sigma(0.3) ** 2, 12)
  })

  it('min-snr is the SNR cut off at γ', () => {
    for (const t of [0.05, 0.3, 0.9]) {
      expect(lossWeight('min-snr', 'sample', vp, t)).toBeCloseTo(Math.min(5, snr(vp, t)), 12)
      expect(lossWeight('min-snr', 'sample', vp, t, { gamma: 1 })).toBeCloseTo(Math.min(1, snr(vp, t)), 12)
    }
  })

  it('p2 divides the error of ε by (k + SNR)^γ, and is simple at γ = 0', () => {
    expect(lossWeight('p2', 'epsilon', vp, 0.3, { k: 2, gamma: 0.5 })).toBeCloseTo((2 + snr(vp, 0.3)) ** -0.5, 12)
    expect(lossWeight('p2', 'epsilon', vp, 0.3, { gamma: 0 })).toBeCloseTo(1, 12)
  })

  it("edm's weight is 1 for EDM's network", () => {
    const schedule = namedSchedule('edm')
    for (const t of [1e-4, 0.01, 1]) {
      expect(lossWeight('edm', edmPreconditioning(0.7), schedule, t, { sigmaData: 0.7 })).toBeCloseTo(1, 10)
      const sigma = noiseLevel(schedule, t)
      const lambda = (sigma ** 2 + 0.25) / (sigma * 0.5) ** 2
      expect(lossWeight('edm', 'sample', schedule, t) / lambda).toBeCloseTo(1, 12)
    }
  })

  it.each(continuous)(
    'likelihood is ½ g² on the error of the score, −½ dSNR/dt on that of the data: $name',
    (schedule) => {
      const t = 0.4
      const h = 1e-5
      expect(lossWeight('likelihood', 'score', schedule, t) / (schedule.diffusion(t) / 2)).toBeCloseTo(1, 10)
      const slope = (snr(schedule, t - h) - snr(schedule, t + h)) / (2 * h)
      expect(lossWeight('likelihood', 'sample', schedule, t) / (slope / 2)).toBeCloseTo(1, 6)
      expect(lossWeight('vlb', 'sample', schedule, t)).toBe(lossWeight('likelihood', 'sample', schedule, t))
    },
  )

  it('sigmoid is the likelihood where the log-SNR is low, and fades where it is high', () => {
    const share = (t: number) => lossWeight('sigmoid', 'v', vp, t) / lossWeight('likelihood', 'v', vp, t)
    expect(share(0.95)).toBeCloseTo(1, 3)
    expect(share(vp.timeOfLogSnr(2))).toBeCloseTo(0.5, 10)
    expect(share(0.001)).toBeLessThan(0.01)
  })

  it('vlb on a table is T times the divergence of the reverse step of variance β̃', () => {
    const table = namedTable('linear')
    const schedule = tableSchedule(table)
    for (const level of [1, 10, 500, 999]) {
      const [s, t] = [timeOfIndex(table, level - 1), timeOfIndex(table, level)]
      const { posterior } = transition(schedule, s, t)
      const expected = (1000 * posterior.sample ** 2) / (2 * posterior.variance)
      expect(lossWeight('vlb', 'sample', schedule, t) / expected).toBeCloseTo(1, 6)
    }
    expect(lossWeight('vlb', 'sample', schedule, 1e-3)).toBeCloseTo(1000 / (2 * table.betas[0]!), 4)
  })

  it('vlb on ever finer tables becomes the continuous one', () => {
    const exact = lossWeight('likelihood', 'sample', vp, 0.5)
    const gap = (levels: number) =>
      Math.abs(lossWeight('vlb', 'sample', tableSchedule(tableOfSchedule(vp, levels)), 0.5) / exact - 1)
    expect(gap(100)).toBeLessThan(0.2)
    expect(gap(10_000)).toBeLessThan(gap(100) / 50)
  })

  it('refuses names that there are not', () => {
    expect(() => lossWeight('no' as never, 'v', vp, 0.5)).toThrow('unknown loss weighting')
  })
})

describe('targets without a useful bound', () => {
  const on = (parametrisation: 'v' | 'flow' | 'score', schedule: Parameters<typeof namedSchedule>[0]) => () =>
    objectiveOf({ parametrisation, weighting: 'simple' }, namedSchedule(schedule))

  it.each(['vp', 've', 'edm'] as const)('the flow on %s is refused', (name) => {
    expect(on('flow', name)).toThrow(`flow on ${name}: the velocity`)
  })

  it.each(['cosine', 'sub-vp', 'rectified-flow'] as const)('the flow on %s is not', (name) => {
    expect(on('flow', name)).not.toThrow()
  })

  it('neither v where noise grows, nor the score weighed simply', () => {
    expect(on('v', 've')).toThrow('v on ve')
    expect(on('score', 'vp')).toThrow('the score weighed simply')
  })
})

describe('laws of times', () => {
  it('the normal quantile inverts the distribution function', () => {
    for (const u of [1e-9, 1e-4, 0.02, 0.3, 0.5, 0.8, 0.9999]) expect(normalCdf(normalQuantile(u))).toBeCloseTo(u, 12)
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10)
    expect(normalQuantile(1e-9)).toBeCloseTo(-5.997807015, 6)
  })

  it('uniform meets every level of a table equally often', () => {
    const { at } = timeDistribution({ name: 'uniform' }, tableSchedule(namedTable('linear', { steps: 10 })))
    const counts = new Map<number, number>()
    for (let i = 0; i < 1000; i++) counts.set(at((i + 0.5) / 1000), (counts.get(at((i + 0.5) / 1000)) ?? 0) + 1)
    expect([...counts.values()]).toEqual(Array(10).fill(100))
    expect([...counts.keys()][0]).toBe(0.1)
  })

  it('log-normal: the logarithm of the noise level is normal', () => {
    const schedule = namedSchedule('edm')
    const { at } = timeDistribution({ name: 'log-normal', mean: -1, std: 0.8 }, schedule)
    const logs = Array.from({ length: 4000 }, (_, i) => Math.log(noiseLevel(schedule, at((i + 0.5) / 4000))))
    const mean = logs.reduce((a, b) => a + b) / logs.length
    const std = Math.sqrt(logs.reduce((a, b) => a + (b - mean) ** 2, 0) / logs.length)
    expect(mean).toBeCloseTo(-1, 2)
    expect(std).toBeCloseTo(0.8, 2)
  })

  it('logit-normal has its median at sigmoid(mean)', () => {
    const { at } = timeDistribution({ name: 'logit-normal', mean: 1 }, namedSchedule('rectified-flow'))
    expect(at(0.5)).toBeCloseTo(1 / (1 + Math.exp(-1)), 12)
  })

  it.each(['vp', 'sub-vp', 'cosine', 've'] as const)(
    'importance changes no expectation, and makes the likelihood weight of ε the same everywhere: %s',
    (name) => {
      const schedule = namedSchedule(name)
      const { at, correction } = timeDistribution({ name: 'importance' }, schedule)
      // ∫ f over the times drawn, weighted by 1/density, is ∫ f
      const n = 20_000
      let sum = 0
      for (let i = 0; i < n; i++) sum += at((i + 0.5) / n) / correction(at((i + 0.5) / n)) / n
      expect(sum).toBeCloseTo(0.5, 2)
      const ratio = (t: number) => lossWeight('likelihood', 'epsilon', schedule, t) / correction(t)
      expect(ratio(0.7) / ratio(0.1)).toBeCloseTo(1, 8)
    },
  )

  it('a table has uniform times only', () => {
    const schedule = tableSchedule(namedTable('linear'))
    for (const name of ['log-normal', 'logit-normal', 'importance'] as const) {
      expect(() => timeDistribution({ name } as TimesSpec, schedule)).toThrow('a table of levels')
    }
  })
})

describe('views of the input', () => {
  it('noise: unit variance in, and 1000 c_noise', () => {
    const schedule = namedSchedule('edm')
    const view = inputView('noise', schedule, 0.5)
    const t = 0.02
    expect(view.scale(t) ** 2 * (0.25 + schedule.sigma(t) ** 2)).toBeCloseTo(1, 12)
    expect(view.time(t)).toBeCloseTo(1000 * (Math.log(schedule.sigma(t)) / 4), 9)
  })

  it('level is the index in the table', () => {
    const table = namedTable('linear')
    expect(inputView('level', tableSchedule(table)).time(timeOfIndex(table, 417))).toBe(417)
    expect(() => inputView('level', namedSchedule('vp'))).toThrow('has no table')
  })

  it('the default suits the schedule', () => {
    const view = (schedule: Schedule, kind = 'v') => defaultInputView(schedule, kind)
    expect(view(tableSchedule(namedTable('linear')))).toBe('level')
    expect(continuous.map((schedule) => view(schedule))).toEqual([
      'time',
      'time',
      'time',
      'noise',
      'noise',
      'time',
      'time',
    ])
    expect(view(namedSchedule('vp'), 'edm')).toBe('noise')
  })
})

describe('schedules by name', () => {
  it('take their numbers and no others', () => {
    expect(namedSchedule('vp', { betaMax: 10 }).alpha(1)).toBeCloseTo(Math.exp(-(0.1 + 4.95) / 2), 12)
    expect(() => namedSchedule('vp', { sigmaMax: 3 })).toThrow('has no sigmaMax')
    expect(() => namedSchedule('no' as never)).toThrow('unknown noise schedule')
    expect(noiseLevel(namedSchedule('cosine', { shift: 2 }), 0.5)).toBeCloseTo(2, 10)
  })

  it('an objective says what is wrong with it', () => {
    const spec = { parametrisation: 'v', weighting: 'simple' } as const
    expect(() => objectiveOf({ ...spec, parametrisation: 'no' as never }, namedSchedule('vp'))).toThrow(
      'parametrisation',
    )
    expect(() => objectiveOf({ ...spec, input: 'level' }, namedSchedule('vp'))).toThrow('has no table')
    expect(() => objectiveOf(spec, namedSchedule('ve'))).toThrow('v on ve')
    expect(() => objectiveOf({ ...spec, parametrisation: 'score' }, namedSchedule('vp'))).toThrow('has no bound')
    expect(() => objectiveOf({ ...spec, sigmaData: 0 }, namedSchedule('vp'))).toThrow('sigmaData is 0')
  })
})

/** The noise of a model: what goes into a folder comes out again, in diffusers' words where it has any. */
import { describe, expect, test } from 'vitest'
import { objectiveOf, type ObjectiveSpec } from '../../src/diffusion/denoise/objective-spec.ts'
import { parseTweedieMeta } from '../../src/files/io/tweedie-meta.ts'
import { noiseOfFolder, noiseOfRun } from '../../src/compiled/noise.ts'
import { timesOf } from '../../src/diffusion/sample/default-times.ts'
import { namedSchedule, type NoiseSpec, scheduleNames, scheduleOfNoise } from '../../src/diffusion/noise/named.ts'

const metaOf = (objective: ObjectiveSpec, schedule: unknown) =>
  parseTweedieMeta({ data: { name: 'points', kind: 'points', shape: [2] }, objective, schedule })

/** Written and read. */
function again(noise: NoiseSpec, spec: ObjectiveSpec) {
  const written = noiseOfRun(noise, spec, objectiveOf(spec, scheduleOfNoise(noise)), false)
  const meta = JSON.parse(JSON.stringify(metaOf(spec, written.meta)))
  return { written, read: noiseOfFolder({ scheduler: written.scheduler, meta }) }
}

const cases: readonly (readonly [string, NoiseSpec, ObjectiveSpec])[] = [
  ['a table', { table: 'linear', levels: 100 }, { parametrisation: 'epsilon', weighting: 'simple' }],
  ['a table and EDM', { table: 'linear', levels: 100 }, { parametrisation: 'edm', weighting: 'edm', sigmaData: 0.7 }],
  ['a table and flow', { table: 'linear', levels: 100 }, { parametrisation: 'flow', weighting: 'simple' }],
  ['VP', { schedule: 'vp', betaMax: 12, shift: 2 }, { parametrisation: 'v', weighting: 'simple' }],
  ['VE', { schedule: 've', sigmaMax: 9 }, { parametrisation: 'score', weighting: 'snr', sigmaData: 2 }],
  ['rectified flow', { schedule: 'rectified-flow' }, { parametrisation: 'flow', weighting: 'simple' }],
]

test.each(cases)('%s', (_, noise, spec) => {
  const { written, read } = again(noise, spec)
  for (const t of [0.02, 0.31, 0.9]) {
    expect(read.schedule.alpha(t)).toBe(written.schedule.alpha(t))
    expect(read.schedule.sigma(t)).toBe(written.schedule.sigma(t))
    expect(read.view.scale(t)).toBe(written.view.scale(t))
    expect(read.view.time(t)).toBe(written.view.time(t))
    expect(read.parametrisation.weights(read.schedule, t)).toEqual(written.parametrisation.weights(written.schedule, t))
  }
})

test('diffusers has words for tables and three predictions, and for nothing else', () => {
  const speaks = cases.map(([, noise, spec]) => again(noise, spec).written.scheduler !== null)
  expect(speaks).toEqual([true, false, false, false, false, false])
})

describe('a folder that says what there is not', () => {
  const spec = { parametrisation: 'v', weighting: 'simple' } as const
  test.each([
    ['no noise at all', null, spec, 'neither'],
    ['an unknown schedule', { schedule: 'spiral', input: 'time' }, spec, 'unknown noise schedule'],
    ['an unknown view', { schedule: 'vp', input: 'mirror' }, spec, 'unknown view'],
    ['levels without a table', { schedule: 'vp', input: 'level' }, spec, 'has no table'],
    [
      'an unknown prediction',
      { schedule: 'vp', input: 'time' },
      { ...spec, parametrisation: 'w' },
      'parametrisation is w',
    ],
  ])('%s', (_, schedule, objective, message) => {
    const meta = metaOf(objective as ObjectiveSpec, schedule)
    expect(() => noiseOfFolder({ scheduler: null, meta })).toThrow(message)
    expect(() => noiseOfFolder({ scheduler: null, meta })).toThrow(expect.objectContaining({ code: 'model' }))
  })
})

describe('times to sample at', () => {
  test.each(scheduleNames)('%s: n steps that fall to clean data', (name) => {
    const schedule = namedSchedule(name)
    const times = timesOf(schedule, 12)
    expect(times).toHaveLength(13)
    times.slice(1).forEach((t, i) => expect(t).toBeLessThan(times[i]!))
    expect(times.at(-1)).toBe(0)
    // where no signal is left, nothing can begin
    expect(schedule.logSnr(times[0]!)).toBeGreaterThan(-Infinity)
  })

  test('few steps on a table end where the noise is faint', () => {
    const table = scheduleOfNoise({ table: 'linear', levels: 1000 })
    const [a, b, c, last, end] = timesOf(table, 4) as [number, number, number, number, number]
    expect([a, end]).toEqual([1, 0])
    expect(a - b).toBeCloseTo(b - c, 12)
    expect(table.sigma(last) / table.alpha(last)).toBeCloseTo(0.04, 3)
  })

  test('the spacings of a table are for tables', () => {
    const table = scheduleOfNoise({ table: 'linear', levels: 1000 })
    expect(timesOf(table, 4, 'trailing')).toEqual([1, 0.75, 0.5, 0.25, 0])
    expect(timesOf(table, 100)).toEqual(timesOf(table, 100, 'trailing'))
    expect(() => timesOf(namedSchedule('vp'), 4, 'trailing')).toThrow('has no levels')
  })
})

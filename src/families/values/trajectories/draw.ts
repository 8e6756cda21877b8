/** Draws trajectories from their posterior given a measurement, by a model of windows. */
import { posteriorMethods } from '../../../diffusion/guidance/methods.ts'
import { timeOfNoiseLevel } from '../../../diffusion/noise/index.ts'
import type { Schedule } from '../../../diffusion/noise/schedule.ts'
import { dpmSolver } from '../../../diffusion/sample/dpm-solver.ts'
import { sample } from '../../../diffusion/sample/sample.ts'
import type { SampleStep } from '../../../diffusion/sample/sampler.ts'
import { logSnrTimes, type TimeRange } from '../../../diffusion/sample/times.ts'
import { composeWindows } from '../../../diffusion/trajectory/index.ts'
import { strideOf } from '../../../engine/nn/network-classes.ts'
import { itemSize } from '../../../files/data/dataset.ts'
import { calendarFeatures } from '../../../files/data/fields/calendar.ts'
import type { FieldFacts } from '../../../files/data/fields/facts.ts'
import { frameOf, fromNetwork } from '../../../files/data/frame.ts'
import { timeCondition } from '../../../files/data/time-condition.ts'
import type { ValuesOf } from '../../../options.ts'
import { rowsOf } from '../../../tools/shards/shards.ts'
import type { Setting } from '../../family.ts'
import { sessionOf } from '../../session-of.ts'
import { workOn } from '../../warm.ts'
import { compiledParts } from '../compiled-parts.ts'
import { throughFrame } from '../measured-frame.ts'
import type { Model } from '../model.ts'
import type { ObservedFields } from '../observed-fields.ts'
import type { assimilateOptions } from '../options/assimilate.ts'
import { restoreTimes } from '../restore.ts'
import type { TrajectorySource } from './source.ts'

/** What is drawn. */
export interface Drawing {
  readonly members: number
  readonly method: keyof typeof posteriorMethods
  readonly steps: number
  readonly seed: number
  readonly length: number
  readonly start: number
}

/**
 * Draws them one after another; `onMember` gets the fields `[C, L, H, W]` of each that is drawn here. The denoiser of windows becomes one of trajectories (`composeWindows`), and the
 * measurement guides it.
 */
export async function drawTrajectories(
  source: TrajectorySource,
  seen: ObservedFields,
  { members, method: name, steps, seed, length, start }: Drawing,
  { stride, batch = 16, iterations = 2, zeta }: ValuesOf<typeof assimilateOptions>,
  setting: Setting,
  onMember: (fields: Float32Array, member: number) => void,
): Promise<void> {
  const { prior: model, fields } = source
  const { frame, network, schedule } = model
  const [channels, window, height, width] = frame.item as [number, number, number, number]
  const whole = frameOf([channels, length, height, width], frame.patch, strideOf(network), 3)
  const method = posteriorMethods[name]
  using work = workOn(setting.kept, setting.signal)
  const parts = compiledParts(model, setting.engine, sessionOf(setting), work.compiled)
  const windows = await parts.vjp(model, batch)
  // the same numbers with an axis of time: [c, T, p², rows, columns]
  const [planes, rows, columns] = frame.network as [number, number, number]
  const shape = [channels, window, planes / (channels * window), rows, columns]
  const denoiser = composeWindows(
    { ...windows, shape },
    { length, stride: stride ?? Math.ceil(window / 2), axis: 1, batch, ...conditionsAt(model, fields, start) },
  )
  const measured = await source.measured(seen, length)
  const observed = { ...measured, operator: throughFrame(measured.operator, whole) }
  const prepared = method.prepare(denoiser, observed, { iterations, ...(zeta !== undefined && { zeta }) })
  // equal steps of the log-SNR at order 2: an ensemble loses spread to steps that are too long
  const isExact = name === 'mmps'
  const times = isExact ? logSnrTimes(schedule, steps, levelsOf(schedule)) : restoreTimes(schedule, steps)
  const sampler = isExact ? dpmSolver({ equation: 'sde' }) : prepared.sampler
  const size = itemSize(whole.item)
  for (let member = 0; member < members; member++) {
    const { signal } = setting
    const problem = { sampler, times, batch: 1, seed, firstItem: member, ...(signal && { signal }) }
    const rows = await rowsOf(setting.shards, { name: 'members', first: member, size: 1, count: members }, async () => {
      let last: SampleStep | undefined
      for await (const step of sample(prepared.denoiser, problem)) {
        last = step
        const done = member + (step.index + 1) / step.total
        setting.onProgress?.({ phase: 'assimilate', done, total: members, unit: 'members' })
      }
      const drawn = fromNetwork(whole, Float32Array.from(last!.x), new Float32Array(size))
      return { item: Float32Array.from(await source.toFields(drawn, seen, member)) }
    })
    if (rows) onMember(rows.item, member)
  }
  setting.shards?.requireAll()
}

/** From noise that hides everything to noise below what instruments see. */
const levelsOf = (schedule: Schedule): TimeRange => ({
  from: Math.min(1, timeOfNoiseLevel(schedule, 80)),
  to: timeOfNoiseLevel(schedule, 0.01),
})

/** The time of each window, where the network takes it. */
function conditionsAt(model: Model, fields: FieldFacts, start: number) {
  const spec = model.network.conditions[timeCondition]
  if (spec?.kind !== 'vector' || !fields.dated) return {}
  const day = fields.step < 86_400
  const features = { day, year: spec.size === 4 || !day }
  return {
    conditionsAt: (state: number) => ({
      [timeCondition]: Float32Array.from([
        ...calendarFeatures(start + state * fields.step, features),
        ...(spec.nothing ? [1] : []),
      ]),
    }),
  }
}

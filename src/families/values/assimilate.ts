/** Data assimilation: trajectories of fields that agree with observations, by a model of windows. */
import { posteriorMethods } from '../../diffusion/guidance/methods.ts'
import type { Schedule } from '../../diffusion/noise/schedule.ts'
import { timeOfNoiseLevel } from '../../diffusion/noise/index.ts'
import { dpmSolver } from '../../diffusion/sample/dpm-solver.ts'
import { logSnrTimes, type TimeRange } from '../../diffusion/sample/times.ts'
import { sample } from '../../diffusion/sample/sample.ts'
import type { SampleStep } from '../../diffusion/sample/sampler.ts'
import { composeWindows } from '../../diffusion/trajectory/index.ts'
import { TweedieError } from '../../errors.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { calendarFeatures, dateText } from '../../files/data/fields/calendar.ts'
import type { FieldFacts } from '../../files/data/fields/facts.ts'
import { frameOf, fromNetwork } from '../../files/data/frame.ts'
import { affineOf } from '../../files/data/normalise.ts'
import { timeCondition } from '../../files/data/time-condition.ts'
import { strideOf } from '../../engine/nn/network-classes.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { type Ensemble, momentsOf } from '../ensemble.ts'
import type { AssimilationData, Setting } from '../family.ts'
import { rowsOf } from '../../tools/shards/shards.ts'
import { sessionOf } from '../session-of.ts'
import { workOn } from '../warm.ts'
import { compiledParts } from './compiled-parts.ts'
import { requirePosterior } from './jumps.ts'
import { throughFrame } from './measured-frame.ts'
import type { Model } from './model.ts'
import { type ObservedFields, observedFields, type ObservedTrajectory } from './observed-fields.ts'
import type { assimilateOptions } from './options/assimilate.ts'
import { restoreTimes } from './restore.ts'

/** Where options say nothing. */
const usual = { members: 8, method: 'mmps', steps: 32, iterations: 2, batch: 16 } as const

/**
 * Draws an ensemble from the posterior of a trajectory given observations. The denoiser of windows becomes one of trajectories
 * (`composeWindows`), and the observations guide it (`posteriorMethods`).
 *
 * - Score-based Data Assimilation (Rozet & Louppe, 2023), https://arxiv.org/abs/2306.10574
 * - Learning Diffusion Priors from Observations by Expectation Maximization (Rozet et al., 2024), https://arxiv.org/abs/2405.13712
 *
 * @throws TweedieError `usage` for a model that is none of fields, or observations that do not fit it
 */
export async function assimilate(
  model: Model,
  data: AssimilationData,
  options: OptionValues,
  setting: Setting,
): Promise<Ensemble> {
  const asked = options as ValuesOf<typeof assimilateOptions> & { readonly seed?: number; readonly count?: number }
  const fields = fieldsOf(model)
  requirePosterior(model, 'assimilation')
  const members = asked.count ?? usual.members
  const method = asked.method ?? usual.method
  const steps = asked.steps ?? usual.steps
  const seed = asked.seed ?? 0
  const [, window, ...grid] = model.frame.item as [number, number, number, number]
  const { start, length } = spanOf(data, asked, fields, window)
  const trajectory: ObservedTrajectory = {
    fields,
    grid,
    start,
    length,
    affine: affineOf(model.scale),
    range: model.scale.range,
  }
  const seen = observedFields(trajectory, data, asked)
  for (const [why, count] of Object.entries(seen.skipped)) {
    if (count > 0) setting.onRemark?.(`${count} observations are ${why}, and passed over`)
  }
  const { values, misfit } = await drawTrajectories(
    model,
    seen,
    { members, method, steps, seed, length, start },
    asked,
    setting,
  )
  const expected = Math.sqrt(meanSquare(Array.from(seen.observed.sigma as ArrayLike<number>)))
  return {
    members,
    values,
    ...momentsOf(values, members),
    times: Float64Array.from({ length }, (_, i) => start + i * fields.step),
    grid,
    fields,
    observed: seen.points,
    how: {
      members,
      states: length,
      from: timeText(start, fields),
      to: timeText(start + (length - 1) * fields.step, fields),
      method,
      steps,
      ...(method === 'mmps' && { iterations: asked.iterations ?? usual.iterations }),
      seed,
      window,
      overlap: window - (asked.stride ?? Math.ceil(window / 2)),
      observations: { used: seen.points.length, ...seen.skipped },
      given: seen.given,
      misfit: misfit / expected,
    },
    howText: `seed ${seed}, ${method}, ${steps} steps, windows of ${window}; members miss the observations by ${(misfit / expected).toFixed(2)} times their sigma`,
  }
}

/** What the model knows of its fields. @throws TweedieError `usage` for a model of anything else */
export function fieldsOf({ meta, frame }: Model): FieldFacts {
  const { kind, fields, name } = meta.data
  if (kind === 'fields' && fields !== undefined && frame.item.length === 4) return fields as unknown as FieldFacts
  throw new TweedieError(
    'usage',
    `the model is of ${String(kind)} (${name}), and trajectories are made by models of fields`,
    {
      hint: 'train on fields over time: tweedie train weather.nc --window 8',
    },
  )
}

/** The first state and the number of states: as asked, or from the first thing that is known on. */
function spanOf(
  { observations = [], given }: AssimilationData,
  { start: asked, length: wanted }: ValuesOf<typeof assimilateOptions>,
  { dated, step }: FieldFacts,
  window: number,
): { readonly start: number; readonly length: number } {
  if (asked !== undefined && asked.dated !== dated) {
    throw new TweedieError(
      'usage',
      `\`start\`: ${dated ? 'a date, such as 2019-03-25T00:00Z' : 'a number: times are counted'}`,
    )
  }
  const own = observations.filter((each) => each.dated).map(({ time }) => time)
  const counts = observations.filter((each) => !each.dated).map(({ time }) => time)
  const known = given ? [...own, given.times[0]!, given.times.at(-1)!] : own
  const first = asked?.time ?? (known.length > 0 ? Math.min(...known) : dated ? Number.NaN : 0)
  if (Number.isNaN(first)) {
    throw new TweedieError('usage', 'observations have no dates: when is the first state?', {
      hint: '`start: 2019-03-25T00:00Z`',
    })
  }
  const last = Math.max(0, ...known.map((time) => (time - first) / step), ...counts)
  const length = Math.max(window, wanted ?? Math.ceil(last - 1e-6) + 1)
  if (wanted !== undefined && wanted < window) {
    throw new TweedieError(
      'usage',
      `\`length: ${wanted}\`: a trajectory has as many states as a window, ${window}, or more`,
    )
  }
  return { start: first, length }
}

interface Drawing {
  readonly members: number
  readonly method: keyof typeof posteriorMethods
  readonly steps: number
  readonly seed: number
  readonly length: number
  readonly start: number
}

/** Members `[M, L, C, H, W]` in the units of the data, and how far they are from the observations in the network's units. */
async function drawTrajectories(
  model: Model,
  { observed }: ObservedFields,
  { members, method: name, steps, seed, length, start }: Drawing,
  { stride, batch = usual.batch, iterations = usual.iterations, zeta }: ValuesOf<typeof assimilateOptions>,
  setting: Setting,
): Promise<{ readonly values: Float32Array; readonly misfit: number }> {
  const { frame, network, schedule, scale } = model
  const [variables, window, height, width] = frame.item as [number, number, number, number]
  const whole = frameOf([variables, length, height, width], frame.patch, strideOf(network), 3)
  const method = posteriorMethods[name]
  using work = workOn(setting.kept, setting.signal)
  const parts = compiledParts(model, setting.engine, sessionOf(setting), work.compiled)
  const windows = await parts.vjp(model, batch)
  // the same numbers with an axis of time: [C, T, p², rows, columns]
  const [planes, rows, columns] = frame.network as [number, number, number]
  const shape = [variables, window, planes / (variables * window), rows, columns]
  const denoiser = composeWindows(
    { ...windows, shape },
    { length, stride: stride ?? Math.ceil(window / 2), axis: 1, batch, ...conditionsAt(model, start) },
  )
  const operator = throughFrame(observed.operator, whole)
  const prepared = method.prepare(
    denoiser,
    { ...observed, operator },
    { iterations, ...(zeta !== undefined && { zeta }) },
  )
  const size = itemSize(whole.item)
  const values = new Float32Array(members * size)
  // equal steps of the log-SNR at order 2: an ensemble loses spread to steps that are too long
  const isExact = name === 'mmps'
  const times = isExact ? logSnrTimes(schedule, steps, levelsOf(schedule)) : restoreTimes(schedule, steps)
  const sampler = isExact ? dpmSolver({ equation: 'sde' }) : prepared.sampler
  const { shift, scale: factor } = affineOf(scale)
  let squares = 0
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
      return { item: fromNetwork(whole, Float32Array.from(last!.x), new Float32Array(size)) }
    })
    if (!rows) continue
    const { item } = rows
    observed.operator.forward(item).forEach((value, i) => (squares += (value - observed.y[i]!) ** 2))
    const plane = height * width
    for (let c = 0; c < variables; c++) {
      const [by, times] = [shift[c % shift.length]!, factor[c % factor.length]!]
      for (let t = 0; t < length; t++) {
        const to = member * size + (t * variables + c) * plane
        for (let i = 0; i < plane; i++) values[to + i] = by + times * item[(c * length + t) * plane + i]!
      }
    }
  }
  setting.shards?.requireAll()
  return { values, misfit: Math.sqrt(squares / (members * observed.y.length)) }
}

/** From noise that hides everything to noise below what instruments see. */
const levelsOf = (schedule: Schedule): TimeRange => ({
  from: Math.min(1, timeOfNoiseLevel(schedule, 80)),
  to: timeOfNoiseLevel(schedule, 0.01),
})

/** The time of each window, where the network takes it. */
function conditionsAt(model: Model, start: number) {
  const spec = model.network.conditions[timeCondition]
  const fields = fieldsOf(model)
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

const meanSquare = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length

const timeText = (time: number, { dated }: FieldFacts): string | number => (dated ? dateText(time) : time)

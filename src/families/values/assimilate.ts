/** Data assimilation: trajectories of fields that agree with observations, by a model of windows. */
import type { LinearOperator } from '../../diffusion/measure/operator.ts'
import { dateText } from '../../files/data/fields/calendar.ts'
import type { FieldFacts } from '../../files/data/fields/facts.ts'
import { affineOf } from '../../files/data/normalise.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { type Ensemble, momentsOf } from '../ensemble.ts'
import type { AssimilationData, Setting } from '../family.ts'
import { requirePosterior } from './jumps.ts'
import type { Model } from './model.ts'
import { type ObservedFields, observedFields, type ObservedTrajectory } from './observed-fields.ts'
import type { assimilateOptions } from './options/assimilate.ts'
import { drawTrajectories } from './trajectories/draw.ts'
import { sourceOfFields, type TrajectorySource } from './trajectories/source.ts'
import { spanOf } from './trajectories/span.ts'

/** Where options say nothing. */
const usual = { members: 8, method: 'mmps', steps: 32, iterations: 2 } as const

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
  using source = sourceOfFields(model)
  return await assimilateBy(source, data, options, setting)
}

/** The same by windows of fields or of their codes. @throws TweedieError as {@link assimilate} */
export async function assimilateBy(
  source: TrajectorySource,
  data: AssimilationData,
  options: OptionValues,
  setting: Setting,
): Promise<Ensemble> {
  const asked = options as ValuesOf<typeof assimilateOptions> & { readonly seed?: number; readonly count?: number }
  const { prior, fields, grid, scale } = source
  requirePosterior(prior, 'assimilation')
  const { method = usual.method, steps = usual.steps, seed = 0, count: members = usual.members } = asked
  const window = prior.frame.item[1]!
  const { start, length } = spanOf(data, asked, fields, window)
  const affine = affineOf(scale)
  const trajectory: ObservedTrajectory = { fields, grid, start, length, affine, range: scale.range }
  const seen = observedFields(trajectory, data, asked)
  for (const [why, count] of Object.entries(seen.skipped)) {
    if (count > 0) setting.onRemark?.(`${count} observations are ${why}, and passed over`)
  }
  const variables = fields.variables.length
  const plane = grid[0] * grid[1]
  const size = variables * length * plane
  const values = new Float32Array(members * size)
  let squares = 0
  await drawTrajectories(
    source,
    seen,
    { members, method, steps, seed, length, start },
    asked,
    setting,
    (item, member) => {
      squares += squaredMisses(seen, item)
      for (let c = 0; c < variables; c++) {
        const [by, times] = [affine.shift[c % affine.shift.length]!, affine.scale[c % affine.scale.length]!]
        for (let t = 0; t < length; t++) {
          const to = member * size + (t * variables + c) * plane
          for (let i = 0; i < plane; i++) values[to + i] = by + times * item[(c * length + t) * plane + i]!
        }
      }
    },
  )
  const expected = Math.sqrt(meanSquare(Array.from(seen.observed.sigma as ArrayLike<number>)))
  const misfit = Math.sqrt(squares / (members * seen.observed.y.length)) / expected
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
      ...source.how,
      observations: { used: seen.points.length, ...seen.skipped },
      given: seen.given,
      misfit,
    },
    howText: `seed ${seed}, ${method}, ${steps} steps, windows of ${window}; members miss the observations by ${misfit.toFixed(2)} times their sigma`,
  }
}

/** Σ (A x − y)², of fields as the network has them. */
function squaredMisses({ observed }: ObservedFields, item: Float32Array): number {
  const operator: LinearOperator = observed.operator
  return operator.forward(item).reduce((sum, value, i) => sum + (value - observed.y[i]!) ** 2, 0)
}

const meanSquare = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length

const timeText = (time: number, { dated }: FieldFacts): string | number => (dated ? dateText(time) : time)

/** Judges a model of fields: stations observe held-out states, and the ensemble that follows is compared with what was true. */
import { fold, key, normal, permutation } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import type { FieldObservation } from '../../files/data/fields/observations.ts'
import type { TrajectoryDataset } from '../../files/data/trajectory.ts'
import type { ValuesOf } from '../../options.ts'
import { fieldBaselines, type StationValues } from '../../tools/eval/field-baselines.ts'
import { crps, rankHistogram, spreadSkill } from '../../tools/metrics/ensemble.ts'
import type { Judgement, Setting } from '../family.ts'
import { assimilateBy } from './assimilate.ts'
import type { Model } from './model.ts'
import type { fieldOptions } from './options/eval.ts'
import { sourceOfFields, type TrajectorySource } from './trajectories/source.ts'

/** Where options say nothing. */
const usual = { stations: 16, members: 8 } as const

/** What `eval` takes for models of fields. */
export type JudgeFieldsOptions = ValuesOf<typeof fieldOptions> & {
  readonly count?: number | undefined
  readonly data?: string | undefined
  readonly steps?: number | undefined
  readonly batch?: number | undefined
  readonly seed?: number | undefined
}

/**
 * RMSE of the ensemble's mean, spread over skill, CRPS and rank histogram on held-out states, beside climatology, persistence and
 * optimal interpolation of the same observations.
 *
 * @throws TweedieError `usage` where nothing was held out
 */
export async function judgeFields(model: Model, options: JudgeFieldsOptions, setting: Setting): Promise<Judgement> {
  using source = sourceOfFields(model)
  return await judgeFieldsBy(source, options, setting)
}

/** The same by windows of fields or of their codes. @throws TweedieError as {@link judgeFields} */
export async function judgeFieldsBy(
  source: TrajectorySource,
  options: JudgeFieldsOptions,
  setting: Setting,
): Promise<Judgement> {
  const { stations = usual.stations, members = usual.members, seed = 0 } = options
  const { train, heldOut } = await setting.access.data(options.data)
  if (train.kind !== 'trajectory' || heldOut?.kind !== 'trajectory') {
    throw new TweedieError('usage', 'no states were held out of training: there is nothing to judge the model by', {
      hint: 'train with `holdOut: 0.2`, which is the default for fields',
    })
  }
  const length = Math.min(heldOut.length, options.states ?? heldOut.length)
  const truth = heldOut.select(Array.from({ length }, (_, i) => i))
  const spread = truth.variables.map((_, c) => source.scale.affine?.scale[c] ?? 1)
  const sigma = spread.map((scale) => options.noise ?? 0.05 * scale)
  const seen = stationsOf(truth, stations, sigma, seed)
  const { observations, ...network } = seen
  const { steps, batch, stride, iterations, method } = options
  const asked = {
    count: members,
    length,
    steps,
    batch,
    stride,
    iterations,
    method,
    seed,
    start: { time: truth.times[0]!, dated: truth.dated },
  }
  const ensemble = await assimilateBy(source, { observations }, asked, setting)
  const plane = truth.grid[0] * truth.grid[1]
  const count = truth.variables.length
  const baselines = fieldBaselines(train, truth, network)
  const rows = truth.variables.map(({ name, units }, c) => {
    const pick = (values: Float32Array): Float32Array => values.filter((_, i) => Math.floor(i / plane) % count === c)
    const [own, real] = [pick(ensemble.values), pick(truth.states)]
    return {
      variable: name,
      units,
      ...(members > 1 ? spreadSkill(own, real) : { rmse: rmseOf(own, real), spread: 0, ratio: 0 }),
      crps: crps(own, real, { fair: members > 1 }),
      ranks: rankHistogram(own, real).counts,
      climatology: baselines.climatology[c]!,
      persistence: baselines.persistence[c]!,
      interpolation: baselines.interpolation[c]!,
      interpolationSpread: baselines.interpolationSpread[c]!,
    }
  })
  const facts = { stations, noise: sigma, states: length, ...ensemble.how, variables: rows }
  return { facts, text: textOf(rows, stations, length), remarks: [], howText: ensemble.howText }
}

/** Stations at grid points, and what they see: truth and Gaussian errors. */
function stationsOf(
  truth: TrajectoryDataset,
  stations: number,
  sigma: readonly number[],
  seed: number,
): StationValues & { readonly observations: readonly FieldObservation[] } {
  const [rows, columns] = truth.grid
  const plane = rows * columns
  if (stations > plane) throw new TweedieError('usage', `\`stations: ${stations}\`: the grid has ${plane} points`)
  const places = [...permutation(fold(key(seed), 'stations'), plane).subarray(0, stations)]
  const count = truth.variables.length
  const noise = normal(fold(key(seed), 'errors of stations'), new Float64Array(truth.length * count * stations))
  const values = noise.map((error, i) => {
    const [state, c, k] = [Math.floor(i / (count * stations)), Math.floor(i / stations) % count, i % stations]
    return truth.states[(state * count + c) * plane + places[k]!]! + sigma[c]! * error
  })
  const observations = Array.from(values, (value, i): FieldObservation => {
    const [state, c, k] = [Math.floor(i / (count * stations)), Math.floor(i / stations) % count, i % stations]
    const place = { row: Math.floor(places[k]! / columns), column: places[k]! % columns }
    const { name } = truth.variables[c]!
    return { time: truth.times[state]!, dated: truth.dated, place, variable: name, value, sigma: sigma[c], line: i + 1 }
  }).map((each) => (truth.dated ? each : { ...each, time: each.time - truth.times[0]! }))
  return { places, values, sigma, observations }
}

function rmseOf(values: Float32Array, truth: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value, i) => sum + (value - truth[i]!) ** 2, 0) / truth.length)
}

interface VariableRow {
  readonly variable: string
  readonly units: string | undefined
  readonly rmse: number
  readonly spread: number
  readonly ratio: number
  readonly crps: number
  readonly climatology: number
  readonly persistence: number
  readonly interpolation: number
}

function textOf(rows: readonly VariableRow[], stations: number, states: number): string {
  const number = (value: number): string => String(Number(value.toPrecision(3)))
  return rows
    .map(({ variable, units = '', rmse, ratio, crps: score, climatology, persistence, interpolation }) =>
      [
        `${variable}: error of the mean ${number(rmse)} ${units}, spread/skill ${number(ratio)}, CRPS ${number(score)} (${stations} stations, ${states} states)`,
        `  climatology ${number(climatology)}, the state before ${number(persistence)}, optimal interpolation ${number(interpolation)}`,
      ].join('\n'),
    )
    .join('\n')
}

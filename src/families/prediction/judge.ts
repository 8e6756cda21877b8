/** Judges a model of predictions on rows that it has not seen. */
import { TweedieError } from '../../errors.ts'
import type { TableDataset } from '../../files/data/table.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import {
  accuracyVersusUncertainty,
  coverage,
  predictiveCrps,
  judgeProbabilities,
  kernelNll,
  moments,
  type PredictiveDraws,
  qice,
  qiceFloor,
} from '../../tools/metrics/index.ts'
import { table as asTable } from '../../words.ts'
import type { Judgement, Setting } from '../family.ts'
import { stepsOfRequest } from '../gaussian-steps.ts'
import { tableColumns } from './columns-as.ts'
import { logDensities } from './density.ts'
import { drawsOf } from './draws.ts'
import { type EncodedRows, encodeRows, encodeTargets } from './encoding.ts'
import type { PredictionModel } from './model.ts'
import type { evalOptions } from './options/eval.ts'
import { tableOf } from './prepare.ts'
import { classAnswers } from './summaries.ts'

type Options = ValuesOf<typeof evalOptions> & { readonly data?: string; readonly seed?: number }

/** The figures of a number. */
export interface NumberFigures {
  readonly rmse: number
  readonly crps: number
  /** The mean of −log p(y | x): exact by the probability flow, and by the kernel estimate of CARD's code. */
  readonly nll: number
  readonly kernelNll: number
  readonly qice: number
  /** What a perfect model has on so many rows. */
  readonly qiceFloor: number
  /** The share of rows inside the central 95 % interval. */
  readonly coverage: number
}

/** Evaluates; `options` are those of `eval`. @throws TweedieError `usage`, `data` */
export async function evaluate(model: PredictionModel, values: OptionValues, setting: Setting): Promise<Judgement> {
  const options = values as Options
  const { draws = 1000, seed = 0, sampler, steps } = options
  const { rows, part } = await judgedRows(options, setting)
  const columns = tableColumns(rows)
  const { encoding } = model
  const encoded = encodeRows(encoding, columns, rows.length)
  const targets = encodeTargets(encoding, columns(encoding.target))
  const drawn = await drawsOf(
    model,
    encoded.features,
    {
      draws,
      seed,
      sampler,
      steps,
      onProgress: (done, total) => setting.onProgress?.({ phase: 'predict', done, total, unit: 'rows' }),
    },
    setting,
  )
  const how = stepsOfRequest(model.residual, { sampler, steps }, setting.own)
  const remarks = [
    ...encoded.remarks,
    ...(part === 'training'
      ? [
          'warning: these are the rows that the model was trained on; `heldOut` names others, and `holdOut` keeps some out of training',
        ]
      : []),
  ]
  const known = { data: rows.name, part, rows: rows.length, draws, seed, ...how.facts }
  const howText = `seed ${seed}, ${draws} draws a row, ${how.text}`
  const count = `${rows.length} ${part} rows of ${rows.name}`
  if (encoding.target.kind === 'category') {
    setting.shards?.requireAll()
    const figures = classFigures(model, drawn, targets, rows.length, draws)
    return { facts: { ...known, ...figures }, text: `${classText(figures)}\n\n${count}`, remarks, howText }
  }
  const figures = await numberFigures(model, { drawn, draws, encoded, targets }, setting)
  return { facts: { ...known, ...figures }, text: `${numberText(figures)}\n\n${count}`, remarks, howText }
}

async function judgedRows(
  { data, heldOut }: Options,
  { access }: Setting,
): Promise<{ readonly rows: TableDataset; readonly part: 'held-out' | 'training' }> {
  if (heldOut !== undefined) return { rows: tableOf(await access.unseen(heldOut)), part: 'held-out' }
  const parts = await access.data(data)
  return parts.heldOut
    ? { rows: tableOf(parts.heldOut), part: 'held-out' }
    : { rows: tableOf(parts.train), part: 'training' }
}

/** The figures of a number, in its own units. */
export async function numberFigures(
  model: PredictionModel,
  {
    drawn,
    draws,
    encoded,
    targets,
  }: { drawn: Float32Array; draws: number; encoded: EncodedRows; targets: Float32Array },
  setting: Pick<Setting, 'engine' | 'device' | 'threads' | 'shards' | 'signal'>,
): Promise<NumberFigures> {
  const { target } = model.encoding
  if (target.kind !== 'number') throw new TweedieError('usage', `${target.name} is a class, and no number`)
  const { mean, deviation } = target
  const exact = await logDensities(model, encoded.features, targets, setting)
  setting.shards?.requireAll()
  const truth = Float64Array.from(targets, (value) => mean + deviation * value)
  const predictive: PredictiveDraws = { draws: drawn.map((value) => mean + deviation * value), each: draws }
  const squares = truth.map(
    (y, row) => (moments(predictive.draws.subarray(row * draws, (row + 1) * draws)).mean - y) ** 2,
  )
  return {
    rmse: Math.sqrt(average(squares)),
    crps: average(predictiveCrps(predictive, truth)),
    nll: -average(exact),
    kernelNll: average(kernelNll(predictive, truth)),
    qice: qice(predictive, truth),
    qiceFloor: qiceFloor(truth.length),
    coverage: coverage(predictive, truth),
  }
}

function classFigures(model: PredictionModel, data: Float32Array, targets: Float32Array, rows: number, draws: number) {
  const classes = model.classNames.length
  const answers = classAnswers({ data, rows, draws }, classes)
  const truth = Int32Array.from({ length: rows }, (_, row) =>
    targets.subarray(row * classes, (row + 1) * classes).indexOf(1),
  )
  if (truth.some((each) => each < 0)) {
    throw new TweedieError(
      'data',
      `${truth.filter((each) => each < 0).length} rows have a class that training did not have`,
    )
  }
  const report = judgeProbabilities(answers.probabilities, truth, { least: 1 / (2 * draws) })
  const right = Array.from(answers.best, (each, row) => each === truth[row])
  const sure = Array.from(answers.t, (each) => Math.abs(each) > 1.96)
  const width = (wanted: boolean): number => average(answers.width.filter((_, row) => right[row] === wanted))
  return {
    ...report,
    pavpu: accuracyVersusUncertainty(right, sure),
    sure: sure.filter(Boolean).length / rows,
    widthRight: width(true),
    widthWrong: width(false),
  }
}

function numberText(figures: NumberFigures): string {
  const { qice: error, qiceFloor: floor } = figures
  return asTable([
    ['RMSE of the mean', short(figures.rmse)],
    ['CRPS', short(figures.crps)],
    ['−log p, exact', `${short(figures.nll)} nats, by the probability flow`],
    ['−log p, kernel', `${short(figures.kernelNll)} nats, by CARD's estimate from draws`],
    ['QICE', `${percent(error)}, ${percent(floor)} of a perfect model on so many rows`],
    ['in 95 % interval', percent(figures.coverage)],
  ])
}

function classText(figures: ReturnType<typeof classFigures>): string {
  return asTable([
    ['accuracy', percent(figures.accuracy)],
    ['−log p', `${short(figures.nll)} nats`],
    ['calibration error', percent(figures.ece)],
    ['Brier score', short(figures.brier)],
    [
      'sure (t-test at 5 %)',
      `${percent(figures.sure)} of rows; right and sure, or wrong and unsure: ${percent(figures.pavpu)}`,
    ],
    ['width of interval', `${short(figures.widthRight)} where right, ${short(figures.widthWrong)} where wrong`],
  ])
}

const average = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0) / values.length
const short = (value: number): string => String(Number(value.toPrecision(4)))
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`

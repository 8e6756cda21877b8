/** Judges a model of tables: by rows that it draws, or by option by the bound of held-out rows. */
import { emptyRows } from '../../diffusion/mixed/index.ts'
import { TweedieError } from '../../errors.ts'
import type { TableDataset } from '../../files/data/table.ts'
import { firstOf, type OptionValues } from '../../options.ts'
import { associationError, columnDistances, type ColumnDistance } from '../../tools/metrics/table/columns.ts'
import { closestRecords, detection } from '../../tools/metrics/table/two-sample.ts'
import { utility } from '../../tools/metrics/table/utility.ts'
import type { TrainData } from '../../tools/train/problem.ts'
import { table as lines, thousands } from '../../words.ts'
import type { Judgement, Setting } from '../family.ts'
import { likelihoodOptions } from '../options.ts'
import { sessionOf } from '../session-of.ts'
import { usualSteps } from './draw.ts'
import { decodeTable } from './encode.ts'
import { generateRows } from './generate.ts'
import { judgeBound } from './judge-bound.ts'
import type { RowsModel } from './model.ts'
import type { JudgeValues } from './judge-values.ts'

/** The usual number of rows that are drawn, where the data have as many. */
const usualRows = 1000

/**
 * The ability to evaluate: rows are drawn and compared with held-out rows, or with training rows where nothing is held out. Beside
 * each figure stands that of training rows, which no model need beat.
 *
 * @throws TweedieError `usage` where the data are not known, `data` where they are no table
 */
export async function evaluate(model: RowsModel, options: OptionValues, setting: Setting): Promise<Judgement> {
  const asked = options as JudgeValues
  const { train, heldOut } = await tablesOf(asked, setting)
  if (firstOf(options, likelihoodOptions) !== undefined) {
    return judgeBound(model, heldOut ?? train, heldOut !== undefined, asked, setting)
  }
  const { seed = 0, batch, steps = usualSteps, eta = 0 } = asked
  const count = asked.count ?? Math.min(usualRows, train.length)
  const rows = await generateRows(model, setting.engine, {
    ...sessionOf(setting),
    rows: emptyRows(model.process, count),
    batch,
    seed,
    steps,
    eta,
    shards: setting.shards,
    signal: setting.signal,
    onProgress: (done, total) => setting.onProgress?.({ phase: 'sample', done, total, unit: 'rows' }),
  })
  setting.shards?.requireAll()
  const drawn = decodeTable(model.plan, rows, 'drawn rows')
  const report = reportOf(model, drawn, train, heldOut)
  return {
    facts: { rows: count, heldOut: heldOut?.length ?? 0, ...report, seed, steps, eta },
    text: textOf(report, count, heldOut),
    remarks: heldOut
      ? []
      : ['nothing was held out: rows are compared with those of training (`holdOut: 0.2` when training)'],
    howText: `seed ${seed}, ${steps} steps`,
  }
}

/** A figure of drawn rows, and of training rows in their place. */
interface Beside {
  readonly drawn: number
  readonly training?: number | undefined
}

/** How drawn rows compare. */
function reportOf(model: RowsModel, drawn: TableDataset, train: TableDataset, heldOut: TableDataset | undefined) {
  const real = alike(model, heldOut ?? train)
  const [made, known] = [alike(model, drawn), alike(model, train)]
  const beside = (figure: (columns: typeof real) => number): Beside => ({
    drawn: figure(made),
    ...(heldOut && { training: figure(known) }),
  })
  const columns = columnDistances(real, made)
  const floors = heldOut && columnDistances(real, known)
  const aim = heldOut && train.target !== undefined && model.plan.find(({ name }) => name === train.target)
  const lessons =
    aim && aim.kind !== 'constant'
      ? { measure: utility(known, real, aim.name).measure, ...beside((from) => utility(from, real, aim.name).value) }
      : undefined
  return {
    columns: columns.map((column, c) => ({ ...column, training: floors?.[c]?.value })),
    wasserstein: beside((from) => meanOf(columnDistances(real, from), 'wasserstein')),
    variation: beside((from) => meanOf(columnDistances(real, from), 'variation')),
    associations: beside((from) => associationError(real, from)),
    detection: beside((from) => detection(real, from)),
    closest: closestRecords(made, known, heldOut && alike(model, heldOut)),
    ...(lessons && { utility: lessons }),
  }
}

function textOf(report: ReturnType<typeof reportOf>, count: number, heldOut: TableDataset | undefined): string {
  const figure = ({ drawn, training }: Beside): string | undefined =>
    Number.isNaN(drawn)
      ? undefined
      : `${drawn.toFixed(4)}${training === undefined ? '' : `  (training rows: ${training.toFixed(4)})`}`
  const { closest, utility: lessons } = report
  const far = report.columns.toSorted((a, b) => b.value - a.value).slice(0, 5)
  return lines([
    [
      'rows',
      `${thousands(count)} drawn, beside ${heldOut ? `${thousands(heldOut.length)} held out` : 'those of training'}`,
    ],
    ['numbers', withUnit(figure(report.wasserstein), 'Wasserstein distance in standard deviations, mean of columns')],
    ['categories', withUnit(figure(report.variation), 'total variation, mean of columns')],
    ['farthest', far.map(({ name, value }) => `${name} ${value.toFixed(3)}`).join(', ')],
    ['pairs', withUnit(figure(report.associations), 'mean error of correlations and associations')],
    ['detection', withUnit(figure(report.detection), 'area under the curve of a classifier: 0.5 is not told apart')],
    ['closest', `${closest.median.toFixed(4)} to a training row (median), ${closest.copies} copies`],
    [
      'closer',
      closest.closerToTraining === undefined
        ? undefined
        : `${(100 * closest.closerToTraining).toFixed(1)} % are closer to training rows than to held-out ones: 50 % where nothing is memorised`,
    ],
    [
      'usefulness',
      lessons &&
        `${figure(lessons)}  ${lessons.measure} of a linear model of the target, learned from drawn rows, on held-out rows`,
    ],
  ])
}

const withUnit = (text: string | undefined, unit: string): string | undefined => text && `${text}  ${unit}`

const meanOf = (distances: readonly ColumnDistance[], measure: ColumnDistance['measure']): number => {
  const own = distances.filter((each) => each.measure === measure)
  return own.reduce((sum, { value }) => sum + value, 0) / own.length
}

/** The columns that the model learned, in its order, a column of few numbers as numbers. */
function alike({ plan }: RowsModel, table: TableDataset) {
  return plan
    .filter(({ kind }) => kind !== 'constant')
    .map(({ name }) => {
      const column = table.columns.find((each) => each.name === name)
      if (column) return column
      throw new TweedieError('data', `${table.name}: there is no column ${name}, which the model was trained on`)
    })
}

async function tablesOf(asked: JudgeValues, { access }: Setting) {
  const opened = await access.data(asked.data)
  const other = asked.heldOut === undefined ? undefined : await access.unseen(asked.heldOut)
  const train = asTable(opened.train)
  const heldOut = other ?? opened.heldOut
  return { train, heldOut: heldOut && asTable(heldOut) }
}

function asTable(data: TrainData): TableDataset {
  if (data.kind === 'table') return data
  throw new TweedieError('data', `${data.name}: no table`, { hint: 'the model was trained on one' })
}

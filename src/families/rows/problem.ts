/** Training on tables: numbers and categories are lost together, and a network tells what they were. */
import { cellsOf, fillMixed, free, given, mixedFeeds, mixedLoss, type MixedRows } from '../../diffusion/mixed/index.ts'
import type { LossGraph } from '../../diffusion/denoise/objective.ts'
import { fedDropout } from '../../engine/nn/dropout.ts'
import { type Dropout, parametersOf } from '../../engine/nn/network.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { fold, type Key, uniform } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { batchIndices } from '../../files/data/batches.ts'
import type { TableDataset } from '../../files/data/table.ts'
import { parseTweedieMeta, type TweedieMetaInput } from '../../files/io/tweedie-meta.ts'
import { levelOf, stratified, streamsOf } from '../../tools/train/draws.ts'
import { onePart } from '../../tools/train/parts.ts'
import type { TrainProblem } from '../../tools/train/problem.ts'
import { withMasksOf } from '../dropout-masks.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { encodeTable, rowsOf } from './encode.ts'
import { processOfPlan, type RowsModel } from './model.ts'
import { planOf, type TablePlan } from './plan.ts'
import type { RowsTrainSpec } from './spec.ts'

/** The number of noise levels for reported losses. */
const levels = 1000

/**
 * The problem of a specification and its table. A share of the rows is learned given some of their cells: of such a row, each cell
 * with a probability that is drawn for the row, so that any set of cells may be the one that imputation knows.
 *
 * @throws TweedieError `usage`, `shape` or `model` where they do not fit together
 */
export function rowsProblem(
  spec: RowsTrainSpec,
  table: TableDataset,
  own: OwnComponents = {},
): TrainProblem<RowsModel> {
  const plan = planOf(table)
  const process = processOfPlan(spec.process, plan)
  const network = networkOf(spec.network, own)
  const layout = parametersOf(network)
  const encoded = encodeTable(plan, table)
  const { batch: size } = spec
  if (size > table.length) {
    throw new TweedieError('usage', `a batch of ${size} is larger than the data: ${table.length} rows`, {
      hint: `\`batch: ${table.length}\` or less`,
    })
  }
  const streams = streamsOf(spec)
  const times = new Float64Array(size)
  const loss = (dropout: Dropout, scope: Scope, items: number): LossGraph =>
    mixedLoss(network, scope, items, process, dropout)
  return {
    parts: onePart(network, layout),
    items: table.length,
    levels,
    loss: (scope, items) => loss(fedDropout().dropout, scope, items),
    ...withMasksOf(network, spec, (dropout) => loss(dropout, new Scope(), size), {
      emptyBatch: () => ({ feeds: mixedFeeds(process, size), levels: new Int32Array(size) }),
      fill({ feeds, levels: drawn }, step) {
        const indices = batchIndices(streams.order, table.length, size, step)
        stratified(fold(streams.times, step), times).forEach((time, j) => (drawn[j] = levelOf(time, levels)))
        const rows = rowsOf(process, encoded, indices, fold(streams.noise, 'places', step))
        hide(rows, cellsOf(process), spec.givenShare, fold(streams.labels, step))
        fillMixed(process, feeds, rows, times, fold(streams.noise, step), spec.categoryWeight)
      },
    }),
    snapshot: (state, training) => ({
      family: 'rows',
      network,
      layout,
      weights: state.average,
      process,
      plan,
      target: targetOf(table),
      classNames: table.classNames ?? [],
      meta: metaOf(spec, table, plan, { steps: state.step, ...training }),
    }),
  }
}

/** Of the cells that are there, those that are to be learned are made free; at least one in each row. */
function hide({ cells }: MixedRows, width: number, share: number, key: Key): void {
  const draws = uniform(key, new Float64Array((cells.length / width) * (width + 2)))
  for (let row = 0; row < cells.length / width; row++) {
    const own = draws.subarray(row * (width + 2), (row + 1) * (width + 2))
    const known = own[0]! < share ? own[1]! : 0
    let learned = 0
    let last = -1
    for (let i = 0; i < width; i++) {
      if (cells[row * width + i] !== given) continue
      last = row * width + i
      if (own[2 + i]! < known) continue
      cells[last] = free
      learned++
    }
    if (learned === 0 && last >= 0) cells[last] = free
  }
}

/** The column of the classes. */
function targetOf({ target, classNames }: TableDataset): string | undefined {
  return classNames ? target : undefined
}

function metaOf(
  spec: RowsTrainSpec,
  table: TableDataset,
  plan: TablePlan,
  training: NonNullable<TweedieMetaInput['training']>,
) {
  return parseTweedieMeta({
    family: 'rows',
    data: {
      name: table.name,
      kind: 'table',
      shape: [plan.length],
      classNames: table.classNames ? [...table.classNames] : null,
      target: targetOf(table) ?? null,
      plan: plan as never,
    },
    objective: { parametrisation: 'v', weighting: `uniform, categories ${spec.categoryWeight}` },
    process: { ...spec.process } as unknown as NonNullable<TweedieMetaInput['process']>,
    training: { seed: spec.seed, batch: spec.batch, ...training },
  })
}

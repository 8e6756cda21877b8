/**
 * Whole tables against what a practitioner would try first: synthetic rows beside independent columns and a Gaussian copula; filled gaps
 * beside means, nearest neighbours, linear models in turn and the copula. A fifth of the rows is held out; 30 % of their cells are gaps.
 *
 *     npx tsx bench/tables.ts [../shared/data/tabular/diabetes.csv ...] [--steps 2000] [--width 128] [--draws 20] [--seed 0]
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { fit } from '../src/app/fit.ts'
import { conditionNormal, emptyRows, free, given, type MixedRows } from '../src/diffusion/mixed/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { key, normal, uniform } from '../src/engine/random/index.ts'
import { readTable } from '../src/files/data/formats/read-table.ts'
import { holdOut } from '../src/files/data/hold-out.ts'
import type { TableColumn, TableDataset } from '../src/files/data/table.ts'
import { decodeTable, encodeTable, rowsOf } from '../src/families/rows/encode.ts'
import { generateRows } from '../src/families/rows/generate.ts'
import type { RowsModel } from '../src/families/rows/model.ts'
import { type ColumnPlan, planOf, type TablePlan } from '../src/families/rows/plan.ts'
import { intervalOf, normalIn, valueOf } from '../src/families/rows/quantiles.ts'
import { associationError, columnDistances } from '../src/tools/metrics/table/columns.ts'
import { featuresOf, spreadOf } from '../src/tools/metrics/table/features.ts'
import { leastSquares, logistic } from '../src/tools/metrics/table/linear.ts'
import { closestRecords, detection } from '../src/tools/metrics/table/two-sample.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: 'string', default: '2000' },
    width: { type: 'string', default: '128' },
    draws: { type: 'string', default: '20' },
    seed: { type: 'string', default: '0' },
    threads: { type: 'string', default: '1' },
  },
})
const paths =
  positionals.length > 0
    ? positionals
    : ['tabular/diabetes.csv', 'uci/energy.csv.gz', 'uci/concrete.csv.gz', 'uci/wine.csv.gz'].map(
        (each) => `../shared/data/${each}`,
      )
const [steps, width, draws, seed, threads] = [
  values.steps,
  values.width,
  values.draws,
  values.seed,
  values.threads,
].map(Number) as [number, number, number, number, number]
const engine = await nodeEngine()

/** The values of a row: numbers, or codes. */
type Row = readonly number[]

for (const path of paths) {
  const bytes = readFileSync(path)
  const whole = readTable(path.endsWith('.gz') ? gunzipSync(bytes) : bytes, { name: basename(path) })
  const { train, heldOut } = holdOut(whole, 0.2)
  const started = performance.now()
  const model = (await fit(train, {
    engine,
    model: 'rows',
    steps,
    widths: [width],
    batch: Math.min(256, train.length),
    seed,
    threads,
  })) as RowsModel
  const minutes = (performance.now() - started) / 60_000
  console.log(
    `\n## ${whole.name}: ${train.length} rows and ${heldOut.length} held out, ${whole.columns.length} columns; ${steps} steps, ${minutes.toFixed(1)} min`,
  )
  const plan = planOf(train)
  const copula = copulaOf(plan, train)
  await synthetic(model, train, heldOut, copula)
  await gaps(model, train, heldOut, copula)
}

async function synthetic(model: RowsModel, train: TableDataset, heldOut: TableDataset, copula: Copula): Promise<void> {
  const count = train.length
  const rows = await generateRows(model, engine, { rows: emptyRows(model.process, count), seed, threads })
  const made: Record<string, readonly TableColumn[]> = {
    'training rows': train.columns,
    'independent columns': independent(train, count),
    'Gaussian copula': copula.draw(count),
    diffusion: decodeTable(model.plan, rows, 'drawn').columns,
  }
  console.log(
    '\n| synthetic rows | column distance | pairs | detection | copies | closer to training |\n|---|---|---|---|---|---|',
  )
  for (const [name, columns] of Object.entries(made)) {
    const each = columnDistances(heldOut.columns, columns)
    const far = each.reduce((sum, { value }) => sum + value, 0) / each.length
    const { copies, closerToTraining } = closestRecords(columns, train.columns, heldOut.columns)
    console.log(
      `| ${name} | ${far.toFixed(3)} | ${associationError(heldOut.columns, columns).toFixed(3)} | ${detection(heldOut.columns, columns).toFixed(3)} | ${copies} | ${(100 * closerToTraining!).toFixed(0)} % |`,
    )
  }
}

async function gaps(model: RowsModel, train: TableDataset, heldOut: TableDataset, copula: Copula): Promise<void> {
  const [known, truth] = [rowValues(train), rowValues(heldOut)]
  const u = uniform(key('gaps'), new Float64Array(truth.length * train.columns.length))
  const isGap = truth.map((row, r) => row.map((_, c) => u[r * row.length + c]! < 0.3))
  const all = await diffusionDraws(model, heldOut, isGap)
  const methods: Record<string, readonly (readonly Row[])[]> = {
    'mean, most frequent': [
      truth.map((row, r) => row.map((value, c) => (isGap[r]![c] ? centre(train.columns[c]!) : value))),
    ],
    'nearest 10': neighbours(train, known, truth, isGap),
    'linear models in turn': [linearFill(train, heldOut, isGap)],
    'Gaussian copula': Array.from({ length: draws }, (_, draw) => copula.fill(truth, isGap, draw)),
    diffusion: all,
  }
  console.log(`\n| filled gaps (30 %) | RMSE | accuracy | CRPS of numbers |\n|---|---|---|---|`)
  for (const [name, tables] of Object.entries(methods)) {
    const { rmse, accuracy, crps } = errors(train, truth, isGap, tables)
    console.log(
      `| ${name} | ${rmse.toFixed(3)} | ${Number.isNaN(accuracy) ? '–' : accuracy.toFixed(3)} | ${crps.toFixed(3)} |`,
    )
  }
}

/** The draws of the model, as tables. */
async function diffusionDraws(model: RowsModel, heldOut: TableDataset, isGap: readonly (readonly boolean[])[]) {
  const rows = rowsOf(
    model.process,
    encodeTable(model.plan, heldOut),
    Array.from({ length: heldOut.length }, (_, i) => i),
  )
  const parts = [
    ...model.plan.filter(({ kind }) => kind === 'number'),
    ...model.plan.filter(({ kind }) => kind === 'category'),
  ]
  const cells = rows.cells.map((cell, i) => {
    const [row, part] = [Math.floor(i / parts.length), parts[i % parts.length]!]
    return cell === given && isGap[row]![model.plan.indexOf(part)] ? free : cell
  })
  const tables: (readonly Row[])[] = []
  for (let draw = 0; draw < draws; draw++) {
    const drawn: MixedRows = await generateRows(model, engine, {
      rows: { ...rows, cells },
      seed: `${seed} ${draw}`,
      threads,
    })
    const filled = rowValues(decodeTable(model.plan, drawn, 'filled'))
    const truth = rowValues(heldOut)
    tables.push(filled.map((row, r) => row.map((value, c) => (isGap[r]![c] ? value : truth[r]![c]!))))
  }
  return tables
}

/** RMSE of the mean and CRPS of the draws, in standard deviations of training; accuracy of the most frequent draw. */
function errors(
  train: TableDataset,
  truth: readonly Row[],
  isGap: readonly (readonly boolean[])[],
  tables: readonly (readonly Row[])[],
) {
  const spreads = train.columns.map((column) => (column.kind === 'number' ? spreadOf(column.values).deviation : 1))
  let [square, crps, numbers, right, categories] = [0, 0, 0, 0, 0]
  truth.forEach((row, r) =>
    row.forEach((value, c) => {
      if (!isGap[r]![c]) return
      const own = tables.map((table) => table[r]![c]!)
      if (train.columns[c]!.kind === 'category') {
        categories++
        right += Number(mostFrequent(own) === value)
        return
      }
      const scaled = own.map((each) => (each - value) / spreads[c]!)
      const n = scaled.length
      numbers++
      square += (scaled.reduce((a, b) => a + b) / n) ** 2
      const apart = scaled.reduce((sum, a) => sum + scaled.reduce((all, b) => all + Math.abs(a - b), 0), 0)
      // the fair estimate: of n draws, pairs of different ones
      crps += scaled.reduce((sum, a) => sum + Math.abs(a), 0) / n - (n > 1 ? apart / (2 * n * (n - 1)) : 0)
    }),
  )
  return { rmse: Math.sqrt(square / numbers), crps: crps / numbers, accuracy: right / categories }
}

/** The ten closest training rows by the cells that are known, each a table. */
function neighbours(
  train: TableDataset,
  known: readonly Row[],
  truth: readonly Row[],
  isGap: readonly (readonly boolean[])[],
) {
  const spreads = train.columns.map((column) => (column.kind === 'number' ? spreadOf(column.values).deviation : 0))
  const closest = truth.map((row, r) => {
    const distance = (other: Row): number =>
      row.reduce((sum, value, c) => {
        if (isGap[r]![c]) return sum
        return sum + (spreads[c] === 0 ? Number(value !== other[c]) : ((value - other[c]!) / spreads[c]!) ** 2)
      }, 0)
    return known
      .map((other) => ({ other, far: distance(other) }))
      .sort((a, b) => a.far - b.far)
      .slice(0, 10)
  })
  return Array.from({ length: 10 }, (_, k) =>
    truth.map((row, r) => row.map((value, c) => (isGap[r]![c] ? closest[r]![k]!.other[c]! : value))),
  )
}

/** Every gap by a linear model of its column given all others, ten times in turn, from the mean. */
function linearFill(
  train: TableDataset,
  heldOut: TableDataset,
  isGap: readonly (readonly boolean[])[],
): readonly Row[] {
  const filled = rowValues(heldOut).map((row, r) =>
    row.map((value, c) => (isGap[r]![c] ? centre(train.columns[c]!) : value)),
  )
  const models = train.columns.map((column, c) => {
    const others = train.columns.filter((_, i) => i !== c)
    const x = featuresOf(others, others)
    if (column.kind === 'number') return { others, scores: [leastSquares(x, column.values)] }
    return {
      others,
      scores: column.names.map((_, k) =>
        logistic(
          x,
          Array.from(column.values, (code) => Number(code === k)),
        ),
      ),
    }
  })
  for (let round = 0; round < 10; round++) {
    train.columns.forEach((column, c) => {
      const { others, scores } = models[c]!
      const own = columnsOf(train, filled).filter((_, i) => i !== c)
      const x = featuresOf(own, others)
      filled.forEach((row, r) => {
        if (!isGap[r]![c]) return
        const values = scores.map((score) => score(x, r))
        row[c] = column.kind === 'number' ? values[0]! : values.indexOf(Math.max(...values))
      })
    })
  }
  return filled
}

interface Copula {
  draw(count: number): readonly TableColumn[]
  fill(truth: readonly Row[], isGap: readonly (readonly boolean[])[], draw: number): readonly Row[]
}

/** Every column as a normal number by its ranks (categories by their shares, in order), and one normal law of all. */
function copulaOf(plan: TablePlan, train: TableDataset): Copula {
  const places = uniform(key('copula'), new Float64Array(train.length * plan.length))
  const z = rowValues(train).map((row, r) =>
    row.map((value, c) => normalIn(placeOf(plan[c]!, value), places[r * plan.length + c]!)),
  )
  const d = plan.length
  const covariance = Array.from({ length: d }, (_, i) =>
    Array.from(
      { length: d },
      (_, j) => z.reduce((sum, row) => sum + row[i]! * row[j]!, 0) / z.length + (i === j ? 1e-3 : 0),
    ),
  )
  const law = { mean: Array.from({ length: d }, () => 0), covariance }
  const drawLaw = (mean: readonly number[], matrix: readonly (readonly number[])[], noise: Float64Array): number[] => {
    const l = matrix.map(() => new Float64Array(d))
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        let rest = matrix[i]![j]!
        for (let k = 0; k < j; k++) rest -= l[i]![k]! * l[j]![k]!
        l[i]![j] = i === j ? Math.sqrt(Math.max(rest, 1e-10)) : rest / l[j]![j]!
      }
    }
    return mean.map((value, i) => value + l[i]!.reduce((sum, each, j) => sum + each * noise[j]!, 0))
  }
  return {
    draw(count) {
      const rows = Array.from({ length: count }, (_, row) =>
        drawLaw(law.mean, covariance, normal(key(`copula ${row}`), new Float64Array(d))),
      )
      return columnsOf(
        train,
        rows.map((row) => row.map((value, c) => backOf(plan[c]!, value))),
      )
    },
    fill: (truth, isGap, draw) =>
      truth.map((row, r) => {
        const seen = row.map((value, c) => ({
          value: normalIn(placeOf(plan[c]!, value), 0.5),
          factor: isGap[r]![c] ? 0 : 1,
          variance: isGap[r]![c] ? 1 : 1e-6,
        }))
        const { mean, covariance: left } = conditionNormal(law, seen)
        const drawn = drawLaw(mean, left, normal(key(`fill ${draw} ${r}`), new Float64Array(d)))
        return row.map((value, c) => (isGap[r]![c] ? backOf(plan[c]!, drawn[c]!) : value))
      }),
  }
}

/** The interval of the distribution function at a value. */
function placeOf(column: ColumnPlan, value: number): readonly [number, number] {
  if (column.kind === 'number') return intervalOf(column, value)
  if (column.kind === 'constant') return [0.5, 0.5]
  const k = typeof column.values[0] === 'number' ? column.values.indexOf(value) : value
  const low = column.shares.slice(0, k).reduce((a, b) => a + b, 0)
  return [low, low + column.shares[k]!]
}

function backOf(column: ColumnPlan, z: number): number {
  if (column.kind === 'number') return valueOf(column, z)
  if (column.kind === 'constant') return Number(column.value)
  const k = column.values.findIndex((_, i) => z <= normalIn(placeOfCode(column.shares, i), 1))
  const code = k < 0 ? column.values.length - 1 : k
  return typeof column.values[0] === 'number' ? Number(column.values[code]) : code
}

function placeOfCode(shares: readonly number[], k: number): readonly [number, number] {
  const low = shares.slice(0, k).reduce((a, b) => a + b, 0)
  return [low, low + shares[k]!]
}

function rowValues({ columns, length }: TableDataset): number[][] {
  return Array.from({ length }, (_, row) => columns.map(({ values }) => values[row]!))
}

function columnsOf({ columns }: TableDataset, rows: readonly Row[]): readonly TableColumn[] {
  return columns.map((column, c): TableColumn =>
    column.kind === 'number'
      ? { ...column, values: Float64Array.from(rows, (row) => row[c]!) }
      : { ...column, values: Int32Array.from(rows, (row) => row[c]!) },
  )
}

function independent(train: TableDataset, count: number): readonly TableColumn[] {
  return train.columns.map((column, c): TableColumn => {
    const picks = uniform(key(`independent ${c}`), new Float64Array(count))
    const at = (i: number): number => column.values[Math.floor(picks[i]! * train.length)]!
    const values = Array.from({ length: count }, (_, i) => at(i))
    return column.kind === 'number'
      ? { ...column, values: Float64Array.from(values) }
      : { ...column, values: Int32Array.from(values) }
  })
}

function centre(column: TableColumn): number {
  return column.kind === 'number' ? spreadOf(column.values).mean : mostFrequent(Array.from(column.values))
}

function mostFrequent(values: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].reduce((best, each) => (each[1] > best[1] ? each : best))[0]
}

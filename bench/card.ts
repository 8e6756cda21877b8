/**
 * Predictions from UCI's tables on the standard splits: RMSE, CRPS, both costs, QICE above its floor, coverage; and ordinary methods on the
 * same splits, paired.
 *
 *     npx tsx bench/card.ts [SET …] [--splits 5] [--set name=value …] [--tune] [--alone] [--draws 1000] [--steps-of-sampler 20] [--seed 0]
 *         [--data ../shared/data/uci] [--threads 1] [--json]
 *
 * Sets: yacht, energy, concrete, wine (5 splits), kin8nm, power (2). Splits are those of `test-indices.npz`; nothing of the test rows is
 * looked at in training. `--tune` judges on a tenth of the training rows instead: by it options are chosen. `--alone` leaves the
 * ordinary methods out. `--set` gives any option of
 * `tweedie train TABLE --target`, such as `--set steps=20000` or `--set cross-fit=false`.
 *
 * The ordinary methods have a Gaussian law whose variance is that of the errors on a fifth of the training rows: `ridge` and `trees`
 * (XGBoost; penalty, depth and rounds chosen there, too) and `predictor`, the model's own f; `ensemble` says its own variance. CRPS of them is in
 * closed form.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fold, key, permutation } from '../src/engine/random/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { tableColumns } from '../src/families/prediction/columns-as.ts'
import { usualPredictor } from '../src/families/prediction/defaults.ts'
import { drawsOf } from '../src/families/prediction/draws.ts'
import { encodeRows, encodeTargets, type Encoding } from '../src/families/prediction/encoding.ts'
import { predictionFamily } from '../src/families/prediction/family.ts'
import { fitPredictor } from '../src/families/prediction/fit-predictor.ts'
import { numberFigures } from '../src/families/prediction/judge.ts'
import { predictorOutputs } from '../src/families/prediction/predictor.ts'
import { preparePrediction } from '../src/families/prediction/prepare.ts'
import { parseNpz } from '../src/files/data/formats/npz.ts'
import { readBytes } from '../src/files/data/node/index.ts'
import { readTable } from '../src/files/data/formats/read-table.ts'
import { type TableDataset } from '../src/files/data/table.ts'
import { boostedTrees, deepEnsemble } from './table-baselines.ts'
import { crpsOfGaussian } from '../src/tools/metrics/index.ts'
import { trainToEnd } from '../src/tools/train/fit.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    splits: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    tune: { type: 'boolean', default: false },
    alone: { type: 'boolean', default: false },
    draws: { type: 'string', default: '1000' },
    'steps-of-sampler': { type: 'string', default: '20' },
    seed: { type: 'string', default: '0' },
    data: { type: 'string', default: '../shared/data/uci' },
    threads: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})

/** The splits by default, and RMSE of CARD's table with its standard deviation over splits. */
const sets: Readonly<
  Record<string, { readonly splits: number; readonly card: readonly [rmse: number, deviation: number] }>
> = {
  yacht: { splits: 5, card: [0.65, 0.25] },
  energy: { splits: 5, card: [0.52, 0.07] },
  concrete: { splits: 5, card: [4.77, 0.46] },
  wine: { splits: 5, card: [0.63, 0.04] },
  kin8nm: { splits: 2, card: [0.0632, 0.0018] },
  power: { splits: 2, card: [3.93, 0.17] },
}

const engine = await nodeEngine()
const threads = Number(values.threads)
const seed = Number(values.seed)
const options = Object.fromEntries(
  values.set.map((each) => {
    const [name = '', value] = each.split('=')
    const key = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
    return [
      key,
      value === undefined
        ? true
        : value === 'false'
          ? false
          : /^[\d.,e-]+$/.test(value)
            ? value.includes(',')
              ? value.split(',').map(Number)
              : Number(value)
            : value,
    ]
  }),
)
const wide = Array.isArray(options['widths']) || options['widths'] === undefined ? {} : { widths: [options['widths']] }

for (const name of positionals.length > 0 ? positionals : Object.keys(sets)) await judged(name)

async function judged(name: string): Promise<void> {
  const { splits: usual, card } = sets[name]!
  const bytes = await readBytes(join(values.data, `${name}.csv.gz`))
  const header = new TextDecoder().decode(bytes.subarray(0, 2000)).split(/\r?\n/, 1)[0]!.split(',')
  const table = readTable(bytes, { name }, { target: '-1', numbers: header })
  const indices = parseNpz(await readBytes(join(values.data, 'test-indices.npz')), { only: [name] })[name]!
  const size = indices.shape[1]!
  const rows: Record<string, number>[] = []
  for (let split = 0; split < Number(values.splits ?? usual); split++) {
    const test = Int32Array.from({ length: size }, (_, i) => Number(indices.data[split * size + i]))
    const held = new Set(test)
    const rest = Int32Array.from({ length: table.length }, (_, i) => i).filter((i) => !held.has(i))
    const [train, judge] = values.tune ? cut(rest, 0.1, split) : [rest, test]
    const row = await judgedSplit(table.select(train), table.select(judge), split)
    rows.push(row)
    process.stderr.write(`${name} ${split}: ${JSON.stringify(row)}\n`)
  }
  const figures = Object.fromEntries(
    Object.keys(rows[0]!).map((figure) => [figure, statistics(rows.map((row) => row[figure]!))]),
  )
  if (values.json) console.log(JSON.stringify({ name, splits: rows.length, card, figures }))
  else
    console.log(
      `${name}, ${rows.length} splits, CARD's RMSE ${card.join(' ± ')}\n${Object.entries(figures)
        .map(
          ([figure, [mean, deviation]]) =>
            `  ${figure.padEnd(14)} ${mean.toPrecision(4)} ± ${deviation.toPrecision(2)}`,
        )
        .join('\n')}`,
    )
}

async function judgedSplit(train: TableDataset, test: TableDataset, split: number): Promise<Record<string, number>> {
  const begin = performance.now()
  const setting = { engine, own: {}, threads }
  const wanted = { seed, ...options, ...wide }
  const data = await preparePrediction(train, { options: wanted }, setting as never)
  const spec = await predictionFamily.specOf(data, wanted, {})
  const task = { spec, purpose: `card ${train.name}`, problem: () => predictionFamily.problem(spec, data, {}) }
  const model = await trainToEnd(task, 'the bench', { engine, threads })
  const minutes = (performance.now() - begin) / 60_000
  const { encoding } = data.centre
  const columns = tableColumns(test)
  const encoded = encodeRows(encoding, columns, test.length)
  const targets = encodeTargets(encoding, columns(encoding.target))
  const draws = Number(values.draws)
  const drawn = await drawsOf(
    model,
    encoded.features,
    { draws, seed, steps: Number(values['steps-of-sampler']) },
    setting,
  )
  const { qiceFloor, qice, ...figures } = await numberFigures(model, { drawn, draws, encoded, targets }, setting)
  const plain = encodeRows(plainOf(encoding), columns, test.length).features
  const others = values.alone
    ? {}
    : await ordinary(encoding, train, { features: encoded.features, targets }, { features: plain, targets }, split)
  const centre = predictorOutputs(data.centre.predictor, encoded.features)
  const { deviation } = encoding.target as { readonly deviation: number }
  return {
    ...figures,
    centreRmse: deviation * errorOf({ features: encoded.features, targets }, centre),
    qice: 100 * qice,
    qiceAboveFloor: 100 * (qice - qiceFloor),
    ...others,
    trainMinutes: minutes,
    minutes: (performance.now() - begin) / 60_000,
  }
}

interface Rows {
  readonly features: Float32Array
  readonly targets: Float32Array
}

/** The encoding with each number seen once: for trees and ridge regression. */
function plainOf({ features, target }: Encoding): Encoding {
  return {
    features: features.map((each) => (each.kind === 'number' ? { ...each, edges: undefined } : each)),
    target,
  }
}

/** Ridge regression, the predictor alone and boosted trees, each with a Gaussian law of one variance; and a deep ensemble. */
async function ordinary(
  encoding: Encoding,
  train: TableDataset,
  test: Rows,
  plainTest: Rows,
  split: number,
): Promise<Record<string, number>> {
  const columns = tableColumns(train)
  const targets = encodeTargets(encoding, columns(encoding.target))
  const { deviation } = encoding.target as { readonly deviation: number }
  const all = { features: encodeRows(encoding, columns, train.length).features, targets }
  const plain = { features: encodeRows(plainOf(encoding), columns, train.length).features, targets }
  const [width, plainWidth] = [all, plain].map(({ features }) => features.length / train.length) as [number, number]
  const [fitRows, rest] = cut(
    Int32Array.from({ length: train.length }, (_, i) => i),
    0.2,
    split,
  )
  const [first, second] = [partOf(all, fitRows), partOf(all, rest)]
  const [plainFirst, plainSecond] = [partOf(plain, fitRows), partOf(plain, rest)]
  const figures = (
    name: string,
    sigma: number | ArrayLike<number>,
    means: ArrayLike<number>,
  ): Record<string, number> => {
    const errors = Array.from(test.targets, (y, row) => deviation * (y - means[row]!))
    const scores = Array.from(
      test.targets,
      (y, row) => deviation * crpsOfGaussian(means[row]!, typeof sigma === 'number' ? sigma : sigma[row]!, y),
    )
    return { [`${name}Rmse`]: rootMean(errors), [`${name}Crps`]: scores.reduce((a, b) => a + b) / scores.length }
  }
  const penalties = [1e-3, 1e-2, 0.1, 1, 10, 100]
  const tried = penalties.map((penalty) => ({
    penalty,
    error: errorOf(second, ridge(plainFirst, plainWidth, penalty)(plainSecond.features)),
  }))
  const best = tried.reduce((a, b) => (b.error < a.error ? b : a))
  const { widths, dropout } = usualPredictor
  const config = { inputs: width, outputs: 1, widths, dropout, classes: false }
  const how = { engine, threads, seed, crossFit: false }
  const firstPredictor = await fitPredictor(config, first, how)
  const whole = await fitPredictor(config, all, how)
  const trees = await boostedTrees(plain, plainFirst, plainSecond, plainTest)
  const ensemble = await deepEnsemble(all, first, second, test, how)
  return {
    ...figures('trees', trees.sigmas, trees.means),
    ...figures('ensemble', ensemble.sigmas, ensemble.means),
    ...figures('ridge', best.error, ridge(plain, plainWidth, best.penalty)(plainTest.features)),
    ...figures(
      'predictor',
      errorOf(second, predictorOutputs(firstPredictor, second.features)),
      predictorOutputs(whole, test.features),
    ),
  }
}

/** Some rows. */
function partOf({ features, targets }: Rows, indices: Int32Array): Rows {
  const width = features.length / targets.length
  return {
    features: Float32Array.from(
      { length: indices.length * width },
      (_, i) => features[indices[Math.floor(i / width)]! * width + (i % width)]!,
    ),
    targets: Float32Array.from(indices, (index) => targets[index]!),
  }
}

/** The root mean square error of predictions. */
function errorOf({ targets }: Rows, means: ArrayLike<number>): number {
  return rootMean(Array.from(targets, (y, row) => y - means[row]!))
}

function rootMean(errors: readonly number[]): number {
  return Math.sqrt(errors.reduce((sum, e) => sum + e * e, 0) / errors.length)
}

/** Least squares with a penalty on all weights but the constant, by Gaussian elimination of (XᵀX + λI) w = Xᵀy. */
function ridge({ features, targets }: Rows, width: number, penalty: number): (features: Float32Array) => Float64Array {
  const n = width + 1
  const at = (of: Float32Array, row: number, i: number): number => (i < width ? of[row * width + i]! : 1)
  const system = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n + 1 }, (_, j) =>
      targets.reduce(
        (sum, y, row) => sum + at(features, row, i) * (j < n ? at(features, row, j) : y),
        i === j && i < width ? penalty : 0,
      ),
    ),
  )
  for (let k = 0; k < n; k++) {
    const pivot = system.slice(k).reduce((a, b) => (Math.abs(b[k]!) > Math.abs(a[k]!) ? b : a))
    system.splice(system.indexOf(pivot), 1)
    system.splice(k, 0, pivot)
    for (let i = 0; i < n; i++) {
      if (i === k || pivot[k] === 0) continue
      const factor = system[i]![k]! / pivot[k]!
      for (let j = k; j <= n; j++) system[i]![j]! -= factor * pivot[j]!
    }
  }
  const weights = system.map((row, i) => row[n]! / row[i]!)
  return (of) =>
    Float64Array.from({ length: of.length / width }, (_, row) =>
      weights.reduce((sum, w, i) => sum + w * at(of, row, i), 0),
    )
}

/** Two parts of some numbers, the second a share of them at random, in their order. */
function cut(indices: Int32Array, share: number, split: number): readonly [Int32Array, Int32Array] {
  const order = permutation(fold(key(split), 'cut'), indices.length)
  const held = Math.round(share * indices.length)
  const of = (from: number, to?: number): Int32Array =>
    Int32Array.from(order.slice(from, to))
      .sort()
      .map((i) => indices[i]!)
  return [of(held), of(0, held)]
}

function statistics(numbers: readonly number[]): readonly [mean: number, deviation: number] {
  const mean = numbers.reduce((a, b) => a + b) / numbers.length
  return [mean, Math.sqrt(numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, numbers.length - 1))]
}

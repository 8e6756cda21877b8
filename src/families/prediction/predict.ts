/** The ability to predict: answers for the rows of a table. */
import { isMissing, numbersOf } from '../../files/data/formats/table-cells.ts'
import type { NamedColumns } from '../../files/data/formats/table-columns.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { stepsOfRequest } from '../gaussian-steps.ts'
import type { Predictions, Setting } from '../family.ts'
import { textColumns } from './columns-as.ts'
import { logDensities } from './density.ts'
import { drawsOf } from './draws.ts'
import { encodeRows } from './encoding.ts'
import type { PredictionModel } from './model.ts'
import type { predictOptions } from './options/predict.ts'
import { classAnswers, classColumns, type Columns, numberColumns } from './summaries.ts'

type Options = ValuesOf<typeof predictOptions> & { readonly seed?: number | string | undefined }

/**
 * Answers in the order of the rows. A table that has the target gets the exact log-density of each, beside the answer.
 *
 * @throws TweedieError `data` for columns that are not there, or are no numbers
 */
export async function predict(
  model: PredictionModel,
  table: NamedColumns,
  options: OptionValues,
  setting: Setting,
): Promise<Predictions> {
  const { draws = 200, interval = 0.9, seed = 0, sampler, steps } = options as Options
  const { encoding } = model
  const { target } = encoding
  const rows = table.rows.length
  const { features, remarks } = encodeRows(encoding, textColumns(table, 'the table'), rows)
  const progress = (done: number, total: number): void =>
    setting.onProgress?.({ phase: 'predict', done, total, unit: 'rows' })
  const data = await drawsOf(model, features, { draws, seed, sampler, steps, onProgress: progress }, setting)
  const how = stepsOfRequest(model.residual, { sampler, steps }, setting.own)
  const facts = { rows, draws, target: target.name, seed, ...how.facts }
  const howText = `seed ${seed}, ${draws} draws, ${how.text}`
  if (target.kind === 'category') {
    setting.shards?.requireAll()
    const answers = classAnswers({ data, rows, draws }, target.names.length)
    return {
      columns: classColumns(encoding, answers),
      samples: { shape: [rows, draws, target.names.length], data },
      facts,
      remarks,
      howText,
    }
  }
  for (let i = 0; i < data.length; i++) data[i] = target.mean + target.deviation * data[i]!
  const likely = await likelihoods(model, table, features, setting)
  setting.shards?.requireAll()
  return {
    columns: [...numberColumns(target.name, { data, rows, draws }, interval), ...likely.columns],
    samples: { shape: [rows, draws], data },
    facts: { ...facts, interval },
    remarks: [...remarks, ...likely.remarks],
    howText,
  }
}

/** The log-density of the target where the table has it. */
async function likelihoods(
  model: PredictionModel,
  table: NamedColumns,
  features: Float32Array,
  setting: Setting,
): Promise<{ readonly columns: Columns; readonly remarks: readonly string[] }> {
  const { target } = model.encoding
  const column = table.names.indexOf(target.name)
  if (target.kind !== 'number' || column < 0) return { columns: [], remarks: [] }
  const cells = table.rows.map(({ cells: row }) => row[column]!)
  const { values, strange } = numbersOf(cells)
  const known = Array.from(values.keys()).filter((row) => !Number.isNaN(values[row]!))
  const lacking = cells.filter(isMissing).length
  const remarks = [
    ...(lacking > 0 ? [`${lacking} of ${cells.length} rows without ${target.name}: no log_density for them`] : []),
    ...(strange.length > 0
      ? [`${strange.length} of ${cells.length} rows whose ${target.name} is no number: no log_density for them`]
      : []),
  ]
  if (known.length === 0) return { columns: [], remarks: [] }
  const width = features.length / cells.length
  const some = new Float32Array(known.length * width)
  known.forEach((row, i) => some.set(features.subarray(row * width, (row + 1) * width), i * width))
  const targets = Float32Array.from(known, (row) => (values[row]! - target.mean) / target.deviation)
  const found = await logDensities(model, some, targets, setting)
  const all = cells.map((): number | string => '')
  known.forEach((row, i) => (all[row] = Number(found[i]!.toPrecision(6))))
  return { columns: [{ name: `${target.name}_log_density`, values: all }], remarks }
}

/** `tweedie predict`: answers for the rows of a table, with how sure they are. */
import type { Command } from 'commander'
import type { Predicted, PredictRequest } from '../app/node/predict.ts'
import { openOptions } from '../app/open-options.ts'
import type { OwnParts } from '../families/family.ts'
import { engineOptions, seedOptions } from '../families/options.ts'
import { familiesOf } from '../families/registry.ts'
import { options, type OptionValues, text } from '../options.ts'
import { asTyped } from './as-typed.ts'
import { command, duration, note, print, printJson, safe, thousands } from './common.ts'
import { familyTables } from './derive.ts'
import { shardOptions } from './shard-options.ts'

/** Where answers go. */
const output = options({
  out: {
    flags: '-o, --out <file>',
    help: '.csv: the columns of the table and the answers; .json: the answers',
    parse: text,
  },
  samples: { flags: '--samples <file.npy>', help: 'the draws themselves, [rows, draws]', parse: text },
  force: { flags: '--force', help: 'write over files that exist', group: 'General' },
  ...shardOptions,
})

const general = [output, seedOptions, engineOptions]

/** Rows that are shown where nothing is written. */
const shown = 10

/** The command. */
export function predictCommand(own: OwnParts = {}): Command {
  const made = command(
    'predict',
    'answer for the rows of a table: mean, interval, quantiles, probabilities of classes',
    {
      args: [
        ['<model>', "a model's folder: what train TABLE --target COLUMN made"],
        ['<table>', 'rows with the columns of training (.csv, .tsv; .gz); the target may be missing'],
      ],
      tables: [...general, ...familyTables('predict', familiesOf(own)), openOptions],
      examples: [
        [
          'tweedie predict runs/house new.csv -o answers.csv',
          'mean, deviation, median and the 90 % interval of each row',
        ],
        ['tweedie predict runs/house new.csv --interval 0.95 --draws 1000', 'a wider interval, from more draws'],
        ['tweedie predict runs/house new.csv --samples draws.npy', 'the draws, for quantities of your own'],
        ['tweedie predict runs/house all.csv -o answers.csv --shard 3/8', 'one of eight processes; then tweedie merge'],
      ],
    },
  )
  return made.action((place: string, path: string, values: OptionValues) => run(place, path, values, made, own))
}

async function run(place: string, path: string, values: OptionValues, made: Command, own: OwnParts): Promise<void> {
  if (values.shard !== undefined) {
    return (await import('./shard.ts')).runShard('predict', place, values, { general, own, input: path })
  }
  const [{ predictTo }, { openModel }, { attended }] = await Promise.all([
    import('../app/node/predict.ts'),
    import('./open-model.ts'),
    import('./watched.ts'),
  ])
  const opened = await openModel('predict', place, values, general, own)
  const { out, samples, force } = values as Pick<PredictRequest, 'out' | 'samples' | 'force'>
  const { result, seconds } = await attended('the prediction', values, (watch) =>
    predictTo(opened, path, values, { place, own, out, samples, force, ...watch }),
  )
  await showPredicted(result, values, made, seconds)
}

/** Prints answers, or where they are. */
export async function showPredicted(
  { answers, files }: Predicted,
  values: OptionValues,
  made: Command,
  seconds: number,
): Promise<void> {
  const { rowsOf } = await import('../app/node/predict.ts')
  const { out } = values
  const rows = answers.columns[0]?.values.length ?? 0
  if (values.json) {
    const given = out === undefined ? { answers: rowsOf(answers.columns) } : {}
    return printJson({ ...answers.facts, ...given, files, remarks: answers.remarks, seconds })
  }
  if (out === undefined) print(tableText(answers.columns, Math.min(rows, shown)))
  if (out === undefined && rows > shown) note(`… ${thousands(rows)} rows; --out writes all of them`, values)
  for (const file of files) print(safe(file))
  for (const remark of answers.remarks) note(safe(asTyped(remark, made)), values)
  note(`${thousands(rows)} rows, ${safe(answers.howText)}, ${duration(seconds)}`, values)
}

type Columns = readonly { readonly name: string; readonly values: readonly (number | string)[] }[]

function tableText(columns: Columns, rows: number): string {
  const cells = columns.map(({ name, values }) => [name, ...values.slice(0, rows).map(String)].map(safe))
  const widths = cells.map((column) => Math.max(...column.map((cell) => cell.length)))
  const lines = Array.from({ length: rows + 1 }, (_, row) =>
    cells.map((column, i) => column[row]!.padStart(widths[i]!)).join('  '),
  )
  return lines.join('\n')
}

/** Answers for the rows of a file, written beside its columns. */
import { TweedieError } from '../../errors.ts'
import type { OwnParts, Predictions } from '../../families/family.ts'
import { abilityOf, type Opened } from '../../families/registry.ts'
import { writeNpy } from '../../files/data/formats/npy.ts'
import { type NamedColumns, namedColumns } from '../../files/data/formats/table-columns.ts'
import { writeFileAtomic } from '../../files/io/node/files.ts'
import { lastPart } from '../../files/data/file-tree.ts'
import type { OptionValues } from '../../options.ts'
import { stoppable } from '../stopped.ts'
import { requireNew } from './require-new.ts'
import { settingFor, type Watch } from './setting.ts'

/** Where the model lies, and where answers are written. */
export interface PredictRequest extends Watch {
  readonly place: string
  readonly own?: OwnParts | undefined
  /** `.csv` with the columns of the file and those of the answers, or `.json`; by default nothing is written. */
  readonly out?: string | undefined
  /** `.npy`: draws, `[rows, draws]` or `[rows, draws, classes]`. */
  readonly samples?: string | undefined
  readonly force?: boolean | undefined
}

/** The answers, the table that they are for, and the files that were written. */
export interface Predicted {
  readonly answers: Predictions
  readonly table: NamedColumns
  readonly files: readonly string[]
}

/**
 * Answers for the rows of a `.csv` or `.tsv` file, in their order; `options` are those of the command `predict`.
 *
 * @throws TweedieError `usage`, `exists` before anything is computed; `data` for columns that do not fit; `interrupted`
 */
export async function predictTo(
  opened: Opened,
  path: string,
  options: OptionValues,
  { place, own = {}, out, samples, force = false, ...watch }: PredictRequest,
): Promise<Predicted> {
  const ability = await abilityOf('predict', opened, own)
  if (out !== undefined) await requireNew(out, ['.csv', '.json'], force)
  if (samples !== undefined) await requireNew(samples, ['.npy'], force)
  const setting = await settingFor(place, opened, options, own, watch)
  const table = namedColumns(await setting.access.bytes(path, 'data'), lastPart(path))
  const answers = await stoppable('the prediction', watch.signal, () => ability(opened.model, table, options, setting))
  if (out !== undefined) await writeFileAtomic(out, out.endsWith('.json') ? jsonOf(answers) : csvOf(table, answers))
  if (samples !== undefined) await writeFileAtomic(samples, writeNpy(answers.samples))
  return { answers, table, files: [out, samples].filter((file) => file !== undefined) }
}

/** The table with the columns of the answers behind its own, by RFC 4180. @throws TweedieError `data` where a name is taken */
export function csvOf({ names, rows }: NamedColumns, { columns }: Predictions): string {
  const taken = columns.find(({ name }) => names.includes(name))
  if (taken)
    throw new TweedieError('data', `the table has a column ${taken.name} already`, {
      hint: 'write `out: answers.json`',
    })
  const lines = [
    [...names, ...columns.map(({ name }) => name)],
    ...rows.map(({ cells }, row) => [...cells, ...columns.map(({ values }) => String(values[row]))]),
  ]
  return `${lines.map((cells) => cells.map(quoted).join(',')).join('\r\n')}\r\n`
}

function jsonOf({ columns, facts }: Predictions): string {
  return `${JSON.stringify({ ...facts, answers: rowsOf(columns) }, undefined, 2)}\n`
}

/** Answers as an object for each row. */
export function rowsOf(columns: Predictions['columns']): Record<string, number | string>[] {
  const rows = columns[0]?.values.length ?? 0
  return Array.from({ length: rows }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[row]!])),
  )
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)

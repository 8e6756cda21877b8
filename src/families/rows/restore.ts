/** The ability to restore: the gaps of a table are drawn given its other cells, once or several times. */
import type { MixedRows } from '../../diffusion/mixed/index.ts'
import { TweedieError } from '../../errors.ts'
import { cellsOfTable, type TableCells, writeCsv } from '../../files/data/formats/write-csv.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import type { drawOptions } from '../draw-options.ts'
import type { Drawn, Item, Makes, Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import { rowDenoiser } from '../../compiled/row-denoiser.ts'
import { workOn } from '../warm.ts'
import { arrayOfCells, columnsOfArray } from './columns-of-array.ts'
import { usualSteps } from './draw.ts'
import { cellsView } from './drawn-rows.ts'
import { drawRows } from './generate.ts'
import { readGaps } from './gaps.ts'
import type { RowsModel } from './model.ts'
import type { restoreOptions } from './options/restore.ts'

type Options = ValuesOf<typeof restoreOptions & typeof drawOptions>

/** Tables, each draw one. */
export const makesTables: Makes = { pictures: 'none', texts: true, tables: 'each' }

/**
 * Fills the gaps of a table: a CSV file by its name, or values `[n, columns]` as a drawn table's `array()` has them, NaN in gaps.
 *
 * @throws TweedieError `data` for a table that the model does not know; `usage`
 */
export async function restoreTable(
  model: RowsModel,
  item: Item,
  options: OptionValues,
  setting: Setting,
): Promise<Drawn> {
  const { count = 1, seed = 0, batch, steps = usualSteps, eta = 0, unknown } = options as Options
  const name = typeof item === 'string' ? item : 'the values'
  const bytes = typeof item === 'string' ? await setting.access.bytes(item, 'data') : bytesOf(model, item)
  const table = readGaps(model, bytes, name, unknown)
  for (const remark of table.remarks) setting.onRemark?.(remark)
  if (table.gaps === 0)
    throw new TweedieError('data', `${name}: no cell is missing`, { hint: 'gaps are empty cells, NA, NaN, null or ?' })
  using work = workOn(setting.kept, setting.signal)
  const session = sessionOf(setting)
  const drawn = await drawRows(
    model,
    {
      rows: repeated(table.known, count),
      batch,
      seed,
      steps,
      eta,
      shards: setting.shards,
      signal: setting.signal,
      onProgress: (done, total) => setting.onProgress?.({ phase: 'restore', done, total, unit: 'rows' }),
    },
    work.compiled,
    (size) => rowDenoiser(model, setting.engine, { ...session, batch: size }),
  )
  setting.shards?.requireAll()
  const tables = Array.from({ length: count }, (_, draw) => table.filled(part(drawn, draw, count)))
  return drawnTables(model, tables, {
    how: {
      table: typeof item === 'string' ? item : null,
      gaps: table.gaps,
      rows: table.rows.length,
      seed,
      steps,
      eta,
    },
    howText: `${table.gaps} gaps in ${table.rows.length} rows${count > 1 ? `, drawn ${count} times` : ''}, seed ${seed}, ${steps} steps`,
  })
}

/** Several tables as one: with a column that says which draw a row is of, if there are several. */
function drawnTables(model: RowsModel, tables: readonly TableCells[], facts: Pick<Drawn, 'how' | 'howText'>): Drawn {
  const shape = [tables.length, tables[0]!.rows.length, model.plan.length]
  const together = (): TableCells => (tables.length === 1 ? tables[0]! : withDraws(tables))
  return {
    ...facts,
    table: together,
    texts: () => cellsView(together()).texts!(),
    count: tables.length,
    shape,
    array: () => ({ shape, data: joined(tables.map((table) => arrayOfCells(model.plan, table))) }),
    part: (first, some) => cellsView(some === 1 ? tables[first]! : withDraws(tables.slice(first, first + some))),
  }
}

function withDraws(tables: readonly TableCells[]): TableCells {
  const header = tables[0]!.header ?? tables[0]!.rows[0]!.map((_, c) => String(c))
  const name = header.includes('draw') ? '.draw' : 'draw'
  return {
    header: [name, ...header],
    rows: tables.flatMap(({ rows }, draw) => rows.map((cells) => [String(draw + 1), ...cells])),
  }
}

/** The rows, so many times, draw after draw. */
function repeated(rows: MixedRows, count: number): MixedRows {
  const copies = <T extends MixedRows[keyof MixedRows]>(array: T, out: T): T => {
    for (let draw = 0; draw < count; draw++) out.set(array, draw * array.length)
    return out
  }
  return {
    numbers: copies(rows.numbers, new Float64Array(count * rows.numbers.length)),
    categories: copies(rows.categories, new Int32Array(count * rows.categories.length)),
    cells: copies(rows.cells, new Uint8Array(count * rows.cells.length)),
  }
}

function part(rows: MixedRows, draw: number, count: number): MixedRows {
  const some = <T extends MixedRows[keyof MixedRows]>(array: T): T =>
    array.subarray((draw * array.length) / count, ((draw + 1) * array.length) / count) as T
  return { numbers: some(rows.numbers), categories: some(rows.categories), cells: some(rows.cells) }
}

/** Values as a file has them. */
function bytesOf(model: RowsModel, values: Float32Array): Uint8Array {
  return new TextEncoder().encode(writeCsv(cellsOfTable(columnsOfArray(model.plan, values))))
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0))
  arrays.reduce((at, each) => (out.set(each, at), at + each.length), 0)
  return out
}

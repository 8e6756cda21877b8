/** Cells that a request gives: `sex=female`, or the class of the target. */
import { emptyRows, given, type MixedRows } from '../../diffusion/mixed/index.ts'
import { isMissing, numbersOf } from '../../files/data/formats/table-cells.ts'
import { TweedieError } from '../../errors.ts'
import { suggest } from '../../suggest.ts'
import { classesAsked } from '../class-numbers.ts'
import type { RowsModel } from './model.ts'
import { partsOf } from './plan.ts'
import { intervalOf, normalIn } from './quantiles.ts'

/** What a request says of the cells. */
export interface AskedCells {
  /** `column=value` each. */
  readonly given?: readonly string[] | undefined
  /** A class by name or number, several with commas, or `all`, in turn. */
  readonly class?: unknown
}

/**
 * So many rows with the cells that are asked for; all others are free.
 *
 * @throws TweedieError `usage` for a column that the model does not have, a value that it does not know, or a class without a target
 */
export function askedRows(model: RowsModel, count: number, asked: AskedCells): MixedRows {
  const rows = emptyRows(model.process, count)
  for (const each of asked.given ?? []) {
    const [, name, value] = /^([^=]+)=(.*)$/su.exec(each) ?? []
    if (name === undefined || value === undefined) {
      throw new TweedieError('usage', `\`given\` is ${each}: it must be a column and its value, age=40`)
    }
    giveCell(model, rows, name.trim(), value.trim())
  }
  if (asked.class === undefined) return rows
  const { target, plan } = model
  if (target === undefined) {
    throw new TweedieError('usage', '`class`: the model was trained without a target', {
      hint: '`given: column=value` gives any cell',
    })
  }
  if (asked.given?.some((each) => each.startsWith(`${target}=`))) {
    throw new TweedieError('usage', `\`class\` and \`given\` both say what ${target} is`)
  }
  const labels = classesAsked({ ...model, unconditionalLabel: undefined } as never, asked.class as never, count)
  const c = partsOf(plan).categories.findIndex(({ name }) => name === target)
  const { numbers, columns } = model.process
  labels?.forEach((label, row) => {
    rows.categories[row * columns.length + c] = label
    rows.cells[row * (numbers + columns.length) + numbers + c] = given
  })
  return rows
}

/** Gives every row a cell. */
function giveCell({ plan, process }: RowsModel, rows: MixedRows, name: string, value: string): void {
  const { numbers, categories } = partsOf(plan)
  const column = plan.find((each) => each.name === name)
  const refuse = (why: string, hint?: string): never => {
    throw new TweedieError('usage', `\`given: ${name}=${value}\`: ${why}`, { ...(hint !== undefined && { hint }) })
  }
  if (!column) {
    const near = suggest(
      name,
      plan.map((each) => each.name),
    )
    return refuse(
      `there is no column ${name}`,
      near ? `did you mean ${near}?` : `there are ${plan.map((each) => each.name).join(', ')}`,
    )
  }
  if (column.kind === 'constant') {
    if (String(column.value) !== value) refuse(`${name} was always ${column.value ?? 'missing'} in training`)
    return
  }
  const width = process.numbers + process.columns.length
  const count = rows.cells.length / width
  if (column.kind === 'number') {
    const [number] = numbersOf([value]).values as unknown as [number]
    if (Number.isNaN(number)) refuse(`${name} is a column of numbers`)
    const i = numbers.indexOf(column)
    const z = normalIn(intervalOf(column, number), 0.5)
    for (let row = 0; row < count; row++) {
      rows.numbers[row * numbers.length + i] = z
      rows.cells[row * width + i] = given
    }
    return
  }
  const code = column.values.findIndex(
    (each) => String(each) === value || (!isMissing(value) && each === Number(value)),
  )
  if (code < 0) refuse(`${name} was never that in training`, `it was one of ${column.values.slice(0, 20).join(', ')}`)
  const c = categories.indexOf(column)
  for (let row = 0; row < count; row++) {
    rows.categories[row * categories.length + c] = code
    rows.cells[row * width + numbers.length + c] = given
  }
}

/** A view of a table: each column's statistics. */
import { thousands } from '../../words.ts'
import { type ColumnSummary, describeColumn } from '../data/describe-table.ts'
import type { TableDataset } from '../data/table.ts'
import type { DataView } from './view.ts'

/** The columns with their kinds, statistics and missing values, and what was said while they were read. */
export function tableView({ name, length, columns, target, skipped = [], remarks = [] }: TableDataset): DataView {
  const summaries = columns.map((column) => describeColumn(column))
  return {
    facts: { name, kind: 'table', length, target, columns: summaries, skipped: skipped.length, remarks },
    rows: [
      ['name', name],
      ['rows', thousands(length)],
      ['columns', thousands(columns.length)],
      ['target', target],
      ...summaries.map((summary) => [`  ${summary.name}`, summaryText(summary, length)] as const),
      ['skipped', skipped.length > 0 ? `${thousands(skipped.length)}: ${skippedText(skipped)}` : undefined],
      ...remarks.map((remark, i) => [i === 0 ? 'remarks' : '', remark] as const),
    ],
  }
}

function summaryText(summary: ColumnSummary, length: number): string {
  const { missing } = summary
  const lacks = missing === 0 ? '' : `; ${thousands(missing)} missing (${((100 * missing) / length).toFixed(1)} %)`
  if (summary.kind === 'number') {
    const { least, median, most, mean, deviation } = summary
    return `number: ${short(least)} … ${short(median)} … ${short(most)}, mean ${short(mean)} ± ${short(deviation)}${lacks}`
  }
  const { frequent, different } = summary
  const shares = frequent.map((each) => `${shown(each.name)} ${(100 * each.share).toFixed(1)} %`).join(', ')
  return `category, ${thousands(different)}: ${shares}${different > frequent.length ? ', …' : ''}${lacks}`
}

function skippedText(skipped: NonNullable<TableDataset['skipped']>): string {
  const named = skipped.slice(0, 5).map(({ file, reason }) => `${file} (${reason})`)
  return `${named.join(', ')}${skipped.length > named.length ? ', …' : ''}`
}

const short = (value: number): string => String(Number(value.toPrecision(4)))

/** A name that cannot be mistaken: white space in quotes. */
const shown = (name: string): string => (/^[^\s",:;]+$/.test(name) ? name : JSON.stringify(name))

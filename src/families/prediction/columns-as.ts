/** The columns of other tables as a model takes them: by their names, and of the kinds that they had in training. */
import { TweedieError } from '../../errors.ts'
import { asNumbers, categoriesOf } from '../../files/data/formats/column-of.ts'
import type { NamedColumns } from '../../files/data/formats/table-columns.ts'
import type { TableColumn, TableDataset } from '../../files/data/table.ts'
import { suggest } from '../../suggest.ts'
import type { Encoding, FeatureSpec, TargetSpec } from './encoding.ts'

/**
 * The columns of a table of text. @throws TweedieError `data` for a column that is not there, and for a text where training had numbers
 */
export function textColumns(table: NamedColumns, name: string): (feature: FeatureSpec | TargetSpec) => TableColumn {
  return (feature) => {
    const column = table.names.indexOf(feature.name)
    if (column < 0) throw missing(feature.name, table.names, name)
    const cells = table.rows.map((row) => row.cells[column]!)
    if (feature.kind === 'category') return categoriesOf(feature.name, cells)
    return asNumbers({ name: feature.name, cells, rows: table.rows, table: name }).column!
  }
}

/** The columns of a table that was read already, in which a column may have been taken for one of the other kind. */
export function tableColumns({ columns, name }: TableDataset): (feature: FeatureSpec | TargetSpec) => TableColumn {
  return (feature) => {
    const column = columns.find((each) => each.name === feature.name)
    if (!column)
      throw missing(
        feature.name,
        columns.map((each) => each.name),
        name,
      )
    if (column.kind === feature.kind) return column
    if (column.kind === 'number') {
      const cells = Array.from(column.values, (value) => (Number.isNaN(value) ? '' : String(value)))
      return categoriesOf(feature.name, cells)
    }
    const values = column.names.map(Number)
    const wrong = values.findIndex(Number.isNaN)
    if (wrong >= 0)
      throw new TweedieError('data', `${name}: ${feature.name}: ${JSON.stringify(column.names[wrong])} is no number`)
    return {
      kind: 'number',
      name: feature.name,
      values: Float64Array.from(column.values, (code) => (code < 0 ? Number.NaN : values[code]!)),
    }
  }
}

/** The names of all columns that a model needs. */
export function neededColumns({ features }: Encoding): readonly string[] {
  return features.map(({ name }) => name)
}

function missing(wanted: string, names: readonly string[], table: string): TweedieError {
  const near = suggest(wanted, names)
  return new TweedieError('data', `${table}: there is no column ${wanted}, which the model was trained with`, {
    hint: near ? `is it ${near}?` : `there are ${names.join(', ')}`,
  })
}

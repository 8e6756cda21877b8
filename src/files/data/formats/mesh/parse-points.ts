/** Texts of points: a point in each line, numbers apart by spaces, commas or semicolons. */
import { TweedieError } from '../../../../errors.ts'
import { linesOf, type Mesh, MeshBuilder, numbersOf } from './mesh.ts'

/**
 * The points of a text: of the first three columns, or of both where there are two. A first line of names is passed over, and so is one that is only
 * the number of points.
 *
 * @throws TweedieError `data` that names the line
 */
export function parsePoints(text: string): Mesh {
  const rows = [...linesOf(text.replaceAll(/[,;]/g, ' '))].map(({ words, where }) => ({
    values: numbersOf(words),
    where,
  }))
  if (rows[0]?.values.every((value) => Number.isNaN(value))) rows.shift()
  if (rows[0]?.values.length === 1 && rows[0].values[0] === rows.length - 1) rows.shift()
  const columns = rows[0]?.values.length ?? 0
  if (columns < 2) throw new TweedieError('data', `${rows[0]?.where ?? 'line 1'}: a point has two or three numbers`)
  const mesh = new MeshBuilder(columns === 2 ? 2 : 3)
  if (columns > 3) mesh.remark('columns after the third are left out')
  for (const { values, where } of rows) {
    if (values.length !== columns) {
      throw new TweedieError('data', `${where}: ${values.length} numbers, and ${columns} in lines before`)
    }
    mesh.point(values, where)
  }
  return mesh.done()
}

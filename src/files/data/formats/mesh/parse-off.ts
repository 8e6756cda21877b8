/** OFF, the object file format: counts, points, polygons. */
import { TweedieError } from '../../../../errors.ts'
import { linesOf, type Mesh, MeshBuilder, numbersOf } from './mesh.ts'

/**
 * The shape of a file. `OFF` may stand in the line of the counts, as in ModelNet; colours are passed over.
 *
 * @throws TweedieError `data` that names the line
 */
export function parseOff(text: string): Mesh {
  const mesh = new MeshBuilder()
  const lines = [...linesOf(text)]
  const first = lines[0]
  const head = /^(C?N?)OFF(.*)$/i.exec(first?.words[0] ?? '')
  if (!head) throw new TweedieError('data', 'line 1: it does not begin with OFF')
  const beside = [head[2]!, ...first!.words.slice(1)].filter((word) => word !== '')
  const counts = beside.length > 0 ? { words: beside, where: first!.where } : lines[1]
  const [points = NaN, faces = NaN] = numbersOf(counts?.words ?? [])
  if (![points, faces].every((count) => Number.isInteger(count) && count >= 0)) {
    throw new TweedieError('data', `${counts?.where ?? 'the end'}: expected the numbers of points and faces`)
  }
  const body = lines.slice(beside.length > 0 ? 1 : 2)
  if (body.length < points + faces) {
    throw new TweedieError('data', `it ends early: ${body.length} lines for ${points} points and ${faces} faces`)
  }
  for (const { words, where } of body.slice(0, points)) mesh.point(numbersOf(words), where)
  for (const { words, where } of body.slice(points, points + faces)) {
    const [size = NaN, ...rest] = numbersOf(words)
    if (!(rest.length >= size))
      throw new TweedieError('data', `${where}: a face of ${words[0]} points, and it has ${rest.length}`)
    mesh.face(rest.slice(0, size), where)
  }
  return mesh.done()
}

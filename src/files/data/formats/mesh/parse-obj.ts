/** Wavefront OBJ: points, and polygons by their numbers. */
import { TweedieError } from '../../../../errors.ts'
import { linesOf, type Mesh, MeshBuilder, numbersOf } from './mesh.ts'

/**
 * The shape of a file, all objects as one. Textures, normals, curves and colours are passed over.
 *
 * @throws TweedieError `data` that names the line
 */
export function parseObj(text: string): Mesh {
  const mesh = new MeshBuilder()
  // A backslash at the end of a line joins it with the next; an empty line in its place keeps the numbers of lines.
  const joined = text.replace(/\\(\r\n|\r|\n)/g, ' ')
  const faces: { readonly words: readonly string[]; readonly where: string; readonly seen: number }[] = []
  for (const { words, where } of linesOf(joined)) {
    const [kind, ...rest] = words
    if (kind === 'v') mesh.point(numbersOf(rest), where)
    else if (kind === 'f') faces.push({ words: rest, where, seen: mesh.count })
    else if (/^(curv|surf|cstype)/.test(kind!)) mesh.remark('curved surfaces are left out')
  }
  for (const { words, where, seen } of faces) {
    const corners = words.map((word) => {
      const number = /^([+-]?\d+)(\/-?\d*){0,2}$/.exec(word)?.[1]
      const index = Number(number)
      if (number === undefined || index === 0) {
        throw new TweedieError(
          'data',
          `${where}: '${word}' is no number of a point: they count from 1, or from −1 back`,
        )
      }
      return index > 0 ? index - 1 : seen + index
    })
    mesh.face(corners, where)
  }
  return mesh.done()
}

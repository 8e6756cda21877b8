/** STL: triangles with points of their own, as binary or as text. */
import { TweedieError } from '../../../../errors.ts'
import { linesOf, type Mesh, MeshBuilder, numbersOf } from './mesh.ts'

/** Of a binary file: its header with the number of triangles, and one triangle. */
const sizes = { header: 84, triangle: 50 } as const

/** The triangles of a file. @throws TweedieError `data` that names the line or the triangle */
export function parseStl(bytes: Uint8Array): Mesh {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = bytes.length >= sizes.header ? view.getUint32(80, true) : 0
  // A text begins with "solid", and so do some binary files: the length of these is known.
  if (bytes.length === sizes.header + sizes.triangle * count && count > 0) return binary(view, count)
  const text = new TextDecoder().decode(bytes)
  if (!/^\s*solid/i.test(text)) {
    throw new TweedieError(
      'data',
      `no STL file: ${bytes.length} bytes do not hold ${count} triangles, and it is no text`,
    )
  }
  const mesh = new MeshBuilder()
  for (const { words, where } of linesOf(text, '\u0000')) {
    if (words[0]!.toLowerCase() !== 'vertex') continue
    mesh.point(numbersOf(words.slice(1)), where)
    if (mesh.count % 3 === 0) mesh.face([mesh.count - 3, mesh.count - 2, mesh.count - 1], where)
  }
  if (mesh.count % 3 !== 0) throw new TweedieError('data', 'it ends within a triangle')
  return mesh.done()
}

function binary(view: DataView, count: number): Mesh {
  const mesh = new MeshBuilder()
  for (let triangle = 0; triangle < count; triangle++) {
    const where = `triangle ${triangle}`
    for (let corner = 0; corner < 3; corner++) {
      const at = sizes.header + sizes.triangle * triangle + 12 * (corner + 1)
      mesh.point(
        [0, 4, 8].map((step) => view.getFloat32(at + step, true)),
        where,
      )
    }
    mesh.face([mesh.count - 3, mesh.count - 2, mesh.count - 1], where)
  }
  return mesh.done()
}

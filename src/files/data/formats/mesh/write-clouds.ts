/** Points as files that programs for shapes read: PLY, XYZ, OBJ. */

/** A cloud `[n, d]`. */
export interface Cloud {
  readonly points: Float32Array
  readonly coordinates: number
}

/** Names of coordinates. */
const axes = ['x', 'y', 'z'] as const

/** The text of a number: as few digits as give the same 32-bit float. */
function short(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = String(Number(value.toPrecision(digits)))
    if (Math.fround(Number(text)) === Math.fround(value)) return text
  }
  return String(Number(value.toPrecision(9)))
}

/** Points in space: those of the plane lie at z = 0, and of more coordinates the first three are taken. */
function inSpace({ points, coordinates }: Cloud): number[][] {
  return Array.from({ length: points.length / coordinates }, (_, i) =>
    axes.map((_, axis) => (axis < coordinates ? points[i * coordinates + axis]! : 0)),
  )
}

/** A PLY file, Stanford's format of polygons: vertices without faces, 32-bit floats. Its text form has as many digits as these need. */
export function writePly(cloud: Cloud, { ascii = false }: { readonly ascii?: boolean } = {}): Uint8Array {
  const rows = inSpace(cloud)
  const header = [
    'ply',
    `format ${ascii ? 'ascii' : 'binary_little_endian'} 1.0`,
    'comment made by tweedie',
    `element vertex ${rows.length}`,
    ...axes.map((axis) => `property float ${axis}`),
    'end_header\n',
  ].join('\n')
  const head = new TextEncoder().encode(header)
  if (ascii) return new TextEncoder().encode(header + lines(rows))
  const bytes = new Uint8Array(head.length + 12 * rows.length)
  bytes.set(head)
  const view = new DataView(bytes.buffer)
  rows.forEach((row, i) => row.forEach((value, axis) => view.setFloat32(head.length + 12 * i + 4 * axis, value, true)))
  return bytes
}

/** A text with a point in each line, its own coordinates only. */
export function writeXyz({ points, coordinates }: Cloud): Uint8Array {
  const rows = Array.from({ length: points.length / coordinates }, (_, i) =>
    Array.from(points.subarray(i * coordinates, (i + 1) * coordinates)),
  )
  return new TextEncoder().encode(lines(rows))
}

/** A Wavefront OBJ file: an object to each cloud, its vertices as points. */
export function writeObj(clouds: readonly Cloud[]): Uint8Array {
  let first = 1
  const objects = clouds.map((cloud, i) => {
    const rows = inSpace(cloud)
    const numbers = rows.map((_, row) => first + row)
    first += rows.length
    const vertices = rows.map((row) => `v ${row.map(short).join(' ')}\n`).join('')
    return `o cloud${i}\n${vertices}p ${numbers.join(' ')}\n`
  })
  return new TextEncoder().encode(`# made by tweedie\n${objects.join('')}`)
}

const lines = (rows: readonly (readonly number[])[]): string =>
  rows.map((row) => `${row.map(short).join(' ')}\n`).join('')

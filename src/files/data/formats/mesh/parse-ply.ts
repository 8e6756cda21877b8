/** PLY, Stanford's format of polygons: a header that names elements and their properties, then text or numbers of either byte order. */
import { TweedieError } from '../../../../errors.ts'
import { type Mesh, MeshBuilder, numbersOf } from './mesh.ts'

/** Bytes of a type, and how a view reads it. */
const types = {
  char: [1, 'getInt8'],
  uchar: [1, 'getUint8'],
  short: [2, 'getInt16'],
  ushort: [2, 'getUint16'],
  int: [4, 'getInt32'],
  uint: [4, 'getUint32'],
  float: [4, 'getFloat32'],
  double: [8, 'getFloat64'],
} as const

type TypeName = keyof typeof types

/** Other names of these types. */
const aliases: Readonly<Record<string, TypeName>> = {
  int8: 'char',
  uint8: 'uchar',
  int16: 'short',
  uint16: 'ushort',
  int32: 'int',
  uint32: 'uint',
  float32: 'float',
  float64: 'double',
}

interface Property {
  readonly name: string
  readonly type: TypeName
  /** Of a list: the type of its length. */
  readonly counted?: TypeName
}

interface Element {
  readonly name: string
  readonly count: number
  readonly properties: Property[]
}

interface Header {
  readonly format: string
  readonly elements: readonly Element[]
  /** Where the body begins, in bytes and in lines. */
  readonly start: number
  readonly line: number
}

/** Reads one value after another. */
interface Values {
  next(type: TypeName): number
  /** Where it is, for errors. */
  readonly where: string
}

/** The longest header. */
const mostHeader = 65_536

/**
 * The shape of a file: `x y z` (or `x y`) of the element `vertex`, and the lists `vertex_indices` of the element `face`. Everything else is passed over.
 *
 * @throws TweedieError `data` that names the line, or the element and its number
 */
export function parsePly(bytes: Uint8Array): Mesh {
  const header = headerOf(bytes)
  const vertex = header.elements.find(({ name }) => name === 'vertex')
  const names = vertex?.properties.map(({ name }) => name) ?? []
  if (!names.includes('x') || !names.includes('y')) {
    throw new TweedieError('data', 'the header names no element vertex with the properties x, y and z')
  }
  const axes = names.includes('z') ? ['x', 'y', 'z'] : ['x', 'y']
  const mesh = new MeshBuilder(axes.length as 2 | 3)
  const faces: { readonly corners: readonly number[]; readonly where: string }[] = []
  for (const element of header.elements) requireRoom(bytes, header, element)
  const values = header.format === 'ascii' ? textValues(bytes, header) : binaryValues(bytes, header)
  for (const { name, count, properties } of header.elements) {
    for (let item = 0; item < count; item++) {
      const where = header.format === 'ascii' ? undefined : `${name} ${item}`
      const found = new Map<string, number>()
      for (const property of properties) {
        if (property.counted === undefined) {
          found.set(property.name, values.next(property.type))
          continue
        }
        const size = values.next(property.counted)
        if (!(Number.isInteger(size) && size >= 0 && size <= bytes.length)) {
          throw new TweedieError('data', `${where ?? values.where}: a list of ${size} values`)
        }
        const corners = Array.from({ length: size }, () => values.next(property.type))
        if (name === 'face' && /^vertex_ind(ex|ices)$/.test(property.name)) {
          faces.push({ corners, where: where ?? values.where })
        }
      }
      if (name === 'vertex')
        mesh.point(
          axes.map((axis) => found.get(axis)!),
          where ?? values.where,
        )
    }
  }
  if (axes.length === 3) for (const { corners, where } of faces) mesh.face(corners, where)
  return mesh.done()
}

function headerOf(bytes: Uint8Array): Header {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, mostHeader))
  const end = /^end_header[^\n\r]*(\r\n|\n|\r)/m.exec(text)
  if (!/^ply\s/.test(text) || !end)
    throw new TweedieError('data', 'no PLY file: it has no header from "ply" to "end_header"')
  const start = end.index + end[0].length
  const elements: Element[] = []
  let format = ''
  const lines = text.slice(0, end.index).split(/\r\n|\n|\r/)
  for (const [i, line] of lines.entries()) {
    const words = line.trim().split(/\s+/)
    const wrong = (why: string): TweedieError => new TweedieError('data', `line ${i + 1}: ${why}: '${line.trim()}'`)
    if (words[0] === 'format') format = words[1] ?? ''
    if (words[0] === 'element') {
      const count = Number(words[2])
      if (!Number.isSafeInteger(count) || count < 0) throw wrong('an element without a number')
      elements.push({ name: words[1]!, count, properties: [] })
    }
    if (words[0] !== 'property') continue
    const list = words[1] === 'list'
    const [type, counted] = [typeOf(words[list ? 3 : 1]), list ? typeOf(words[2]) : undefined]
    if (type === undefined || (list && counted === undefined) || elements.length === 0)
      throw wrong('an unknown property')
    elements.at(-1)!.properties.push({ name: words.at(-1)!, type, ...(counted && { counted }) })
  }
  if (!['ascii', 'binary_little_endian', 'binary_big_endian'].includes(format)) {
    throw new TweedieError('data', `the format '${format}' is none of ascii, binary_little_endian, binary_big_endian`)
  }
  return { format, elements, start, line: lines.length }
}

const typeOf = (name = ''): TypeName | undefined =>
  Object.hasOwn(types, name) ? (name as TypeName) : Object.hasOwn(aliases, name) ? aliases[name] : undefined

/** Refuses counts that the file cannot hold, before memory is taken for them: each item has a byte at least. */
function requireRoom(bytes: Uint8Array, { start }: Header, { name, count, properties }: Element): void {
  if (properties.length === 0 || count <= bytes.length - start) return
  throw new TweedieError('data', `it ends early: ${bytes.length - start} bytes for ${count} of the element ${name}`)
}

function binaryValues(bytes: Uint8Array, { format, start }: Header): Values {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = format === 'binary_little_endian'
  let at = start
  return {
    get where() {
      return `byte ${at}`
    },
    next(type) {
      const [size, read] = types[type]
      if (at + size > bytes.length) throw new TweedieError('data', `it ends early, after ${bytes.length} bytes`)
      const value = view[read](at, little)
      at += size
      return value
    },
  }
}

function textValues(bytes: Uint8Array, { start, line }: Header): Values {
  const lines = new TextDecoder().decode(bytes.subarray(start)).split(/\r\n|\n|\r/)
  let [row, words, at] = [-1, [] as readonly number[], 0]
  return {
    get where() {
      return `line ${line + row + 1}`
    },
    next() {
      while (at >= words.length) {
        if (++row >= lines.length) throw new TweedieError('data', `it ends early, at line ${line + row}`)
        const content = lines[row]!.trim()
        words = content === '' ? [] : numbersOf(content.split(/\s+/))
        at = 0
      }
      return words[at++]!
    },
  }
}

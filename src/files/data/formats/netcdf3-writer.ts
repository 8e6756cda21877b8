/**
 * Writes NetCDF-3 with 64-bit offsets: a header of dimensions, attributes and variables, then the numbers of each variable, high byte
 * first. https://docs.unidata.ucar.edu/netcdf-c/current/file_format_specifications.html
 */
import { TweedieError } from '../../../errors.ts'

/** A variable to write. */
export interface NetcdfVariable {
  readonly name: string
  /** The names of its axes, slowest first. */
  readonly dimensions: readonly string[]
  readonly attributes?: Readonly<Record<string, string | number>> | undefined
  /** 32-bit floats, 64-bit floats or 32-bit whole numbers, in C order. */
  readonly data: Float32Array | Float64Array | Int32Array
}

/** A file to write. */
export interface NetcdfContent {
  /** The length of each axis by name. */
  readonly dimensions: Readonly<Record<string, number>>
  readonly attributes?: Readonly<Record<string, string | number>> | undefined
  readonly variables: readonly NetcdfVariable[]
}

/** Tags of the three lists of the header. */
const tags = { dimension: 10, variable: 11, attribute: 12 } as const
/** Numbers of types. */
const types = { char: 2, int: 4, float: 5, double: 6 } as const

/**
 * The bytes of the file. Numbers among attributes are written in double precision.
 *
 * @throws TweedieError `shape` where a variable does not have as many numbers as its axes say; `usage` for a name that is not allowed,
 *   an unknown axis, or a variable of 4 GiB
 */
export function writeNetcdf3({ dimensions, attributes = {}, variables }: NetcdfContent): Uint8Array<ArrayBuffer> {
  const names = Object.keys(dimensions)
  for (const { name, dimensions: axes, data } of variables) {
    const unknown = axes.find((axis) => !names.includes(axis))
    if (unknown !== undefined) throw new TweedieError('usage', `${name}: there is no dimension ${unknown}`)
    const size = axes.reduce((product, axis) => product * dimensions[axis]!, 1)
    if (size !== data.length) {
      throw new TweedieError('shape', `${name}: ${data.length} numbers for [${axes.join(', ')}], ${size} in all`)
    }
    if (data.byteLength >= 2 ** 32 - 4) throw new TweedieError('usage', `${name}: more than 4 GiB in a variable`)
  }
  for (const name of [...names, ...Object.keys(attributes), ...variables.map((each) => each.name)]) requireName(name)
  // The header is written twice: its length decides where the numbers begin, and that does not change its length.
  const starts = variables.map(() => 0)
  let at = headerOf(dimensions, attributes, variables, starts).length
  variables.forEach(({ data }, i) => {
    starts[i] = at
    at += padded(data.byteLength)
  })
  const bytes = new Uint8Array(at)
  bytes.set(headerOf(dimensions, attributes, variables, starts))
  const view = new DataView(bytes.buffer)
  variables.forEach(({ data }, i) => putNumbers(view, starts[i]!, data))
  return bytes
}

function headerOf(
  dimensions: NetcdfContent['dimensions'],
  attributes: Readonly<Record<string, string | number>>,
  variables: readonly NetcdfVariable[],
  starts: readonly number[],
): Uint8Array {
  const bytes: number[] = []
  const int = (value: number): void => {
    bytes.push((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255)
  }
  const text = (value: string): void => {
    const encoded = new TextEncoder().encode(value)
    int(encoded.length)
    for (const byte of encoded) bytes.push(byte)
    while (bytes.length % 4 !== 0) bytes.push(0)
  }
  const list = (tag: number, count: number): void => {
    int(count > 0 ? tag : 0)
    int(count)
  }
  const attributeList = (all: Readonly<Record<string, string | number>>): void => {
    list(tags.attribute, Object.keys(all).length)
    for (const [name, value] of Object.entries(all)) {
      text(name)
      if (typeof value === 'string') {
        int(types.char)
        text(value)
        continue
      }
      int(types.double)
      int(1)
      const view = new DataView(new ArrayBuffer(8))
      view.setFloat64(0, value)
      for (let i = 0; i < 8; i++) bytes.push(view.getUint8(i))
    }
  }
  bytes.push(0x43, 0x44, 0x46, 2)
  int(0) // no axis grows
  const names = Object.keys(dimensions)
  list(tags.dimension, names.length)
  for (const name of names) {
    text(name)
    int(dimensions[name]!)
  }
  attributeList(attributes)
  list(tags.variable, variables.length)
  variables.forEach(({ name, dimensions: axes, attributes: own = {}, data }, i) => {
    text(name)
    int(axes.length)
    for (const axis of axes) int(names.indexOf(axis))
    attributeList(own)
    int(data instanceof Int32Array ? types.int : data instanceof Float32Array ? types.float : types.double)
    int(padded(data.byteLength))
    int(Math.floor(starts[i]! / 2 ** 32))
    int(starts[i]! % 2 ** 32)
  })
  return Uint8Array.from(bytes)
}

function putNumbers(view: DataView, start: number, data: NetcdfVariable['data']): void {
  if (data instanceof Int32Array) data.forEach((value, i) => view.setInt32(start + 4 * i, value))
  else if (data instanceof Float32Array) data.forEach((value, i) => view.setFloat32(start + 4 * i, value))
  else data.forEach((value, i) => view.setFloat64(start + 8 * i, value))
}

const padded = (length: number): number => Math.ceil(length / 4) * 4

function requireName(name: string): void {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}_.@+ -]*$/u.test(name)) return
  throw new TweedieError('usage', `'${name}' is no name for NetCDF: letters, digits, _ . @ + -`)
}

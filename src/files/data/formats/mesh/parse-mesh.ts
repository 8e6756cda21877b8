/** Files of shapes, by the ends of their names. */
import { TweedieError } from '../../../../errors.ts'
import type { Mesh } from './mesh.ts'
import { parseObj } from './parse-obj.ts'
import { parseOff } from './parse-off.ts'
import { parsePly } from './parse-ply.ts'
import { parsePoints } from './parse-points.ts'
import { parseStl } from './parse-stl.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const parsers: Readonly<Record<string, (bytes: Uint8Array) => Mesh>> = {
  obj: (bytes) => parseObj(text(bytes)),
  off: (bytes) => parseOff(text(bytes)),
  ply: parsePly,
  stl: parseStl,
  ...Object.fromEntries(['xyz', 'pts', 'txt', 'csv', 'asc'].map((end) => [end, (bytes) => parsePoints(text(bytes))])),
}

const endOf = (name: string): string => /\.([a-z]+)(?:\.gz)?$/i.exec(name)?.[1]?.toLowerCase() ?? ''

/** Whether a name is that of a file of shapes alone. */
export const isShapeName = (name: string): boolean => ['obj', 'off', 'ply', 'stl', 'xyz', 'pts'].includes(endOf(name))

/** Whether a file of this name may hold a shape: texts and tables too. */
export const mayBeShape = (name: string): boolean => Object.hasOwn(parsers, endOf(name))

/**
 * A shape: OBJ, OFF, PLY, STL, or a text of points (`.xyz`, `.pts`, `.asc`, `.txt`, `.csv`).
 *
 * @throws TweedieError `data` for another name, or content that is broken
 */
export function parseMesh(bytes: Uint8Array, name: string): Mesh {
  const parse = parsers[endOf(name)]
  if (parse) return parse(bytes)
  throw new TweedieError('data', `no known format of shapes: they are ${Object.keys(parsers).join(', ')}`)
}

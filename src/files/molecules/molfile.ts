/** A molecule of the format MDL V2000 or V3000: what stands in a `.mol`, and in each record of an `.sdf`. */
import { atomicNumber } from './elements.ts'
import type { Molecule } from './molecule.ts'
import { bondOf, broken, coordinate, type MolfileParts, requireSize } from './molfile-parts.ts'
import { readV3000 } from './molfile-v3000.ts'

/** What a molfile says besides the molecule. */
export interface Molfile {
  readonly molecule: Molecule
  /** `3d`, `2d` (a drawing), or not said. */
  readonly dimensions: '2d' | '3d' | undefined
  /** Atoms with a single electron. */
  readonly radicals: readonly number[]
  /** The line after the last one. */
  readonly end: number
}

/**
 * Reads a molecule that starts at a line: its name, what wrote it, a comment, and the counts.
 *
 * @throws TweedieError `data` for lines that are missing, no numbers, or atoms and bonds that are not there
 */
export function readMolfile(lines: readonly string[], start = 0): Molfile {
  const counts = lines[start + 3]
  if (counts === undefined) throw broken('the counts are missing')
  const code = (lines[start + 1] ?? '').slice(20, 22).toUpperCase()
  const dimensions = code === '3D' ? '3d' : code === '2D' ? '2d' : undefined
  const parts = /V3000/i.test(counts) ? readV3000(lines, start + 4) : readV2000(lines, start + 3)
  const name = (lines[start] ?? '').trim()
  const { radicals, end } = parts
  return { molecule: moleculeOf(parts, name), dimensions, radicals, end }
}

function moleculeOf({ symbols, positions, bonds, charges }: MolfileParts, name: string): Molecule {
  const atoms = Uint8Array.from(symbols, (symbol, i) => {
    const number = atomicNumber(symbol)
    if (number === undefined) throw broken(`atom ${i + 1} is ${JSON.stringify(symbol)}, which is no element`)
    return number
  })
  for (let i = 0; i < bonds.length; i += 3) {
    const order = bonds[i + 2]!
    if (order < 1 || order > 4) throw broken(`a bond is of type ${order}, which is for queries`)
  }
  const charged = [...charges.values()].some((each) => each !== 0)
  return {
    name: name === '' ? undefined : name,
    atoms,
    bonds: Int32Array.from(bonds),
    charges: charged ? Int32Array.from(symbols, (_, i) => charges.get(i) ?? 0) : undefined,
    conformers: [Float32Array.from(positions)],
  }
}

/** Charges of the column of V2000; 4 is a radical. */
const chargeCodes: Readonly<Record<number, number>> = { 1: 3, 2: 2, 3: 1, 5: -1, 6: -2, 7: -3 }

function readV2000(lines: readonly string[], start: number): MolfileParts {
  const [atomCount, bondCount] = countsOf(lines[start]!)
  const symbols: string[] = []
  const positions: number[] = []
  const charges = new Map<number, number>()
  const radicals: number[] = []
  for (let i = 0; i < atomCount; i++) {
    const line = lines[start + 1 + i]
    if (line === undefined) throw broken(`cut off after ${i} of ${atomCount} atoms`)
    for (let axis = 0; axis < 3; axis++) positions.push(coordinate(line.slice(10 * axis, 10 * axis + 10), i))
    symbols.push(line.slice(31, 34).trim())
    const code = Number(line.slice(36, 39)) || 0
    if (code === 4) radicals.push(i)
    else if (code !== 0) charges.set(i, chargeCodes[code] ?? 0)
  }
  const bonds: number[] = []
  for (let i = 0; i < bondCount; i++) {
    const line = lines[start + 1 + atomCount + i]
    if (line === undefined) throw broken(`cut off after ${i} of ${bondCount} bonds`)
    const [from, to, order] = [0, 3, 6].map((at) => Number(line.slice(at, at + 3)))
    bonds.push(...bondOf(from!, to!, order!, atomCount))
  }
  const end = readProperties(lines, start + 1 + atomCount + bondCount, atomCount, charges, radicals)
  return { symbols, positions, bonds, charges, radicals, end }
}

/** The lines `M  CHG` and `M  RAD`, which replace what the columns say, up to `M  END`; the line after that. */
function readProperties(
  lines: readonly string[],
  start: number,
  atomCount: number,
  charges: Map<number, number>,
  radicals: number[],
): number {
  let replaced = false
  let at = start
  for (; at < lines.length; at++) {
    const line = lines[at]!
    if (/^M {2}END/.test(line)) return at + 1
    if (/^(?:\$\$\$\$|> )/.test(line)) return at
    const [, kind, rest] = /^M {2}(CHG|RAD)(.*)$/.exec(line) ?? []
    if (kind === undefined) continue
    if (!replaced) {
      charges.clear()
      radicals.length = 0
      replaced = true
    }
    const values = rest!.trim().split(/\s+/).map(Number).slice(1)
    for (let i = 0; i + 1 < values.length; i += 2) {
      const [atom, value] = [values[i]! - 1, values[i + 1]!]
      if (!(atom >= 0 && atom < atomCount && Number.isInteger(value))) throw broken(`a ${kind} of atom ${atom + 1}`)
      if (kind === 'CHG') charges.set(atom, value)
      else if (value !== 0) radicals.push(atom)
    }
  }
  return at
}

/** The numbers of atoms and of bonds: three columns each, or words where a program wrote them so. */
function countsOf(line: string): readonly [atoms: number, bonds: number] {
  const columns = [line.slice(0, 3), line.slice(3, 6)].map((text) => (text.trim() === '' ? Number.NaN : Number(text)))
  const words = line.trim().split(/\s+/).slice(0, 2).map(Number)
  const [atoms, bonds] = columns.every(isCount) ? columns : words
  if (!isCount(atoms) || !isCount(bonds)) throw broken(`the counts are ${JSON.stringify(line.slice(0, 40))}`)
  requireSize(atoms)
  return [atoms, bonds]
}

const isCount = (value: number | undefined): value is number => Number.isInteger(value) && value! >= 0

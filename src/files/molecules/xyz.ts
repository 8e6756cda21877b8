/** XYZ: atoms and their positions, frame after frame; bonds are perceived. */
import { isTweedieError } from '../../errors.ts'
import { atomicNumber, symbols } from './elements.ts'
import type { LeftOut, Molecule, MoleculeFile, MoleculeRecord } from './molecule.ts'
import { broken, coordinate, requireSize } from './molfile-parts.ts'
import { withBonds } from './perceive-bonds.ts'

/** Whether a text begins like a molecule of this format: a number, and atoms from the third line on. */
export function isXyz(text: string): boolean {
  const [count = '', , atom = ''] = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/, 3)
  const [element = '', ...rest] = atom.trim().split(/\s+/)
  return /^\s*\d+\s*$/.test(count) && rest.length >= 3 && elementOf(element) !== undefined
}

/**
 * Reads the frames of an XYZ file: a number of atoms, a comment, and a line an atom (symbol or atomic number, x, y, z in ångström). The
 * bonds come from distances ({@link withBonds}), since the format has none; a frame whose bonds do not come out is left out and named.
 *
 * The name is the comment without what looks like `key=value`; `energy=…` is the energy.
 */
export function parseXyz(text: string): MoleculeFile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)
  const records: MoleculeRecord[] = []
  const leftOut: LeftOut[] = []
  let frame = 0
  for (let at = 0; at < lines.length;) {
    if (lines[at]!.trim() === '') {
      at++
      continue
    }
    frame++
    const count = /^\s*\d+\s*$/.test(lines[at]!) ? Number(lines[at]) : undefined
    if (count === undefined) {
      leftOut.push({
        record: `line ${at + 1}`,
        reason: `a number of atoms should be here, not ${JSON.stringify(lines[at]!.slice(0, 40))}; the rest of the file is not read`,
      })
      break
    }
    try {
      records.push(readFrame(lines, at, count))
    } catch (error) {
      if (!isTweedieError(error, 'data')) throw error
      leftOut.push({ record: `frame ${frame} (line ${at + 1})`, reason: error.message })
    }
    at += 2 + count
  }
  const remarks =
    records.length === 0 ? [] : ['the format has no bonds: they were perceived from distances and valences']
  return { records, leftOut, remarks }
}

function readFrame(lines: readonly string[], start: number, count: number): MoleculeRecord {
  requireSize(count)
  const comment = lines[start + 1] ?? ''
  if (/\bLattice\s*=/i.test(comment) && !/pbc\s*=\s*"F F F"/i.test(comment)) throw broken('it is periodic, a crystal')
  const atoms = new Uint8Array(count)
  const positions = new Float32Array(3 * count)
  for (let i = 0; i < count; i++) {
    const line = lines[start + 2 + i]
    if (line === undefined || line.trim() === '') throw broken(`cut off after ${i} of ${count} atoms`)
    const [element = '', ...rest] = line.trim().split(/\s+/)
    const number = elementOf(element)
    if (number === undefined) throw broken(`atom ${i + 1} is ${JSON.stringify(element)}, which is no element`)
    atoms[i] = number
    for (let axis = 0; axis < 3; axis++) positions[3 * i + axis] = coordinate(rest[axis] ?? '', i)
  }
  const { name, fields } = namesOf(comment)
  return { molecule: withBonds({ name, atoms, conformers: [positions] }), fields }
}

function elementOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) >= 1 && Number(text) <= 118 ? Number(text) : undefined
  return atomicNumber(text)
}

function namesOf(comment: string): { readonly name: string | undefined; readonly fields: Record<string, string> } {
  const fields: [string, string][] = []
  const rest = comment.replaceAll(/(?:^|(?<=\s))([A-Za-z_]\w*)=("[^"]*"|\S+)/g, (_, key: string, value: string) => {
    fields.push([key, value.replaceAll('"', '')])
    return ''
  })
  const name = rest.trim().replaceAll(/\s+/g, ' ')
  return { name: name === '' ? undefined : name, fields: Object.fromEntries(fields) }
}

/** Writes every conformer of molecules as frames, with `energy=` in the comment where it is known. */
export function writeXyz(molecules: readonly Molecule[]): string {
  return molecules
    .flatMap(({ name, smiles, atoms, conformers, energies }) =>
      conformers.map((positions, k) => {
        const words = [(name ?? smiles ?? '').replaceAll(/\s+/g, ' '), `conformer=${k}`]
        if (energies) words.push(`energy=${energies[k]}`)
        const rows = Array.from(atoms, (number, i) =>
          [symbols[number]!, ...[0, 1, 2].map((axis) => positions[3 * i + axis]!.toFixed(6))].join(' '),
        )
        return `${[atoms.length, words.join(' ').trim(), ...rows].join('\n')}\n`
      }),
    )
    .join('')
}

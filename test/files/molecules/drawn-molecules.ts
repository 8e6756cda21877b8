/** Molecules for tests. */
import { parseSdf } from '../../../src/files/molecules/sdf.ts'
import type { Molecule } from '../../../src/files/molecules/molecule.ts'

/** Water, as others write it. */
export const waterMol = `water
  other   11292616303D

  3  2  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.1173 O   0  0
    0.0000    0.7572   -0.4692 H   0  0
    0.0000   -0.7572   -0.4692 H   0  0
  1  2  1  0
  1  3  1  0
M  END
`

/** Nitromethane in V3000, atoms numbered out of order, a line that goes on. */
export const nitromethaneMol = `nitromethane
  other   11292616303D

  0  0  0     0  0            999 V3000
M  V30 BEGIN CTAB
M  V30 COUNTS 7 6 0 0 0
M  V30 BEGIN ATOM
M  V30 10 C -1.3 0.0 0.0 0
M  V30 20 N 0.2 0.0 0.0 0 CHG=1
M  V30 3 O 0.8 1.08 0.0 0
M  V30 4 O 0.8 -1.08 -
M  V30 0.0 0 CHG=-1
M  V30 5 H -1.65 1.03 0.0 0
M  V30 6 H -1.65 -0.5 0.9 0
M  V30 7 H -1.65 -0.5 -0.9 0
M  V30 END ATOM
M  V30 BEGIN BOND
M  V30 1 1 10 20
M  V30 2 2 20 3
M  V30 3 1 20 4
M  V30 4 1 10 5
M  V30 5 1 10 6
M  V30 6 1 10 7
M  V30 END BOND
M  V30 END CTAB
M  END
$$$$
`

/** The only molecule of a text. */
export function only(text: string): Molecule {
  const { records, leftOut } = parseSdf(text)
  if (records.length !== 1) throw new Error(`${records.length} records, ${JSON.stringify(leftOut)}`)
  return records[0]!.molecule
}

/** A ring of atoms in the plane, each with a hydrogen, orders alternating: benzene where there are six. */
export function ring(size: number, number = 6): Molecule {
  const atoms = Uint8Array.from({ length: 2 * size }, (_, i) => (i < size ? number : 1))
  const bonds: number[] = []
  const places: number[] = []
  const radius = 1.4 / (2 * Math.sin(Math.PI / size))
  for (let i = 0; i < size; i++) bonds.push(i, (i + 1) % size, i % 2 === 0 ? 2 : 1)
  for (let i = 0; i < size; i++) bonds.push(i, size + i, 1)
  for (const far of [radius, radius + 1.08]) {
    for (let i = 0; i < size; i++) {
      const angle = (2 * Math.PI * i) / size
      places.push(far * Math.cos(angle), far * Math.sin(angle), 0)
    }
  }
  return { name: `ring of ${size}`, atoms, bonds: Int32Array.from(bonds), conformers: [Float32Array.from(places)] }
}

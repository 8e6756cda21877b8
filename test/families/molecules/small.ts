/** A few molecules with positions that are made up, and one whose positions are about right. */
import { createMolecules, type Molecule } from '../../../src/files/data/molecules.ts'
import { key, normal } from '../../../src/engine/random/index.ts'

/** A molecule of bonds `[from, to, order]`, with so many conformers at random. */
export function molecule(
  name: string,
  atoms: readonly number[],
  bonds: readonly (readonly number[])[],
  conformers = 2,
): Molecule {
  return {
    name,
    atoms: Uint8Array.from(atoms),
    bonds: Int32Array.from(bonds.flat()),
    conformers: Array.from({ length: conformers }, (_, k) =>
      normal(key(`${name} ${k}`), new Float32Array(3 * atoms.length)),
    ),
  }
}

/** CHFClBr-like: four different neighbours. */
export const handed = molecule(
  'handed',
  [6, 1, 7, 8, 9, 1, 1, 1],
  [
    [0, 1, 1],
    [0, 2, 1],
    [0, 3, 1],
    [0, 4, 1],
    [2, 5, 1],
    [2, 6, 1],
    [3, 7, 1],
  ],
)

/** HN=NH: two atoms across a double bond. */
export const diimide = molecule(
  'diimide',
  [7, 7, 1, 1],
  [
    [0, 1, 2],
    [0, 2, 1],
    [1, 3, 1],
  ],
)

export const water = molecule(
  'water',
  [8, 1, 1],
  [
    [0, 1, 1],
    [0, 2, 1],
  ],
)

/** CH3–CH3. */
export const ethane = molecule(
  'ethane',
  [6, 6, 1, 1, 1, 1, 1, 1],
  [[0, 1, 1], ...[2, 3, 4].map((h) => [0, h, 1]), ...[5, 6, 7].map((h) => [1, h, 1])],
)

/** Cyclopropane without hydrogens. */
export const ring = molecule(
  'ring',
  [6, 6, 6],
  [
    [0, 1, 1],
    [1, 2, 1],
    [2, 0, 1],
  ],
)

export const small = createMolecules({ name: 'small', molecules: [handed, diimide, water, ethane, ring] })

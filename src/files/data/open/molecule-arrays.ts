/** Molecules in an npz file: flat arrays, one molecule after another. */
import { TweedieError } from '../../../errors.ts'
import { impliedCharges } from '../../molecules/implied-charges.ts'
import { type MoleculeRecord, mostAtoms } from '../../molecules/molecule.ts'
import type { NdArray } from '../nd-array.ts'
import type { SplitName } from './splits.ts'

/** The arrays that make an npz one of molecules. */
export const moleculeArrays = ['atoms', 'bonds_count', 'conformers', 'z', 'bonds', 'xyz'] as const
/** The others that are read where they are there. */
export const furtherArrays = ['test', 'energy', 'charge'] as const

/** Records of one part, and a sentence about the other. */
export interface ArrayMolecules {
  readonly records: readonly (MoleculeRecord & { readonly index: number })[]
  readonly count: number
  readonly remarks: readonly string[]
}

/**
 * Molecules of flat arrays: how many `atoms`, bonds (`bonds_count`) and `conformers` each has; `z`: the atomic numbers of all, one molecule after another;
 * `bonds` `[n, 3]`: two atoms, counted within the molecule, and the order; `xyz` `[n, 3]`: conformer after conformer; `energy`: a number for each
 * conformer; `charge`: a number an atom, by default what the valences say. Where there is `test`, molecules marked 1 are the split `test`,
 * and the others `train`.
 *
 * @throws TweedieError `data` for arrays that do not fit together; `usage` for a split that there is not
 */
export function moleculesOfArrays(
  arrays: Readonly<Record<string, NdArray>>,
  split: SplitName | undefined,
): ArrayMolecules {
  const numbers = (name: string): ArrayLike<number> =>
    Array.from(arrays[name]!.data as ArrayLike<number | bigint>, Number)
  const [atoms, bondCounts, conformers] = (['atoms', 'bonds_count', 'conformers'] as const).map(numbers)
  const count = atoms!.length
  const test = arrays['test'] && numbers('test')
  const [z, bonds, xyz] = (['z', 'bonds', 'xyz'] as const).map(numbers)
  const energy = arrays['energy'] && numbers('energy')
  const charge = arrays['charge'] && numbers('charge')
  requireLength('bonds_count', bondCounts!, count)
  requireLength('conformers', conformers!, count)
  if (test) requireLength('test', test, count)
  const records: (MoleculeRecord & { index: number })[] = []
  const at = { atom: 0, bond: 0, conformer: 0, place: 0 }
  const wanted = partWanted(test, split)
  for (let index = 0; index < count; index++) {
    const [size, bondCount, copies] = [atoms![index]!, bondCounts![index]!, conformers![index]!]
    if (!(isCount(size) && size > 0 && size <= mostAtoms && isCount(bondCount) && isCount(copies))) {
      throw broken(
        `molecule ${index + 1}: ${size} atoms, ${bondCount} bonds, ${copies} conformers (at most ${mostAtoms} atoms)`,
      )
    }
    const [a, b, c, p] = [at.atom, at.bond, at.conformer, at.place]
    at.atom += size
    at.bond += bondCount
    at.conformer += copies
    at.place += size * copies
    if (at.atom > z!.length || 3 * at.bond > bonds!.length || 3 * at.place > xyz!.length) {
      throw broken(`the arrays z, bonds or xyz end within molecule ${index + 1} of ${count}`)
    }
    if (!wanted(index)) continue
    const graph = {
      atoms: Uint8Array.from({ length: size }, (_, i) => z![a + i]!),
      bonds: Int32Array.from({ length: 3 * bondCount }, (_, i) => bonds![3 * b + i]!),
    }
    const charges = charge ? Int32Array.from({ length: size }, (_, i) => charge[a + i]!) : impliedCharges(graph)
    const positions = Array.from({ length: copies }, (_, k) => {
      const start = 3 * (p + k * size)
      return Float32Array.from({ length: 3 * size }, (__, i) => xyz![start + i]!)
    })
    const energies = energy && Float64Array.from({ length: copies }, (_, k) => energy[c + k]!)
    records.push({
      index,
      molecule: { name: String(index), ...graph, charges, conformers: positions, energies },
      fields: {},
    })
  }
  const rest = { z: z!.length - at.atom, bonds: bonds!.length / 3 - at.bond, xyz: xyz!.length / 3 - at.place }
  const over = Object.entries(rest).find(([, each]) => each !== 0)
  if (over) throw broken(`${over[1]} rows of ${over[0]} belong to no molecule`)
  return { records, count, remarks: remarksOf(test, split, count) }
}

function partWanted(test: ArrayLike<number> | undefined, split: SplitName | undefined): (index: number) => boolean {
  if (test) {
    if (split !== 'validation') return (index) => (test[index] === 1) === (split === 'test')
    throw new TweedieError('usage', '`split: validation`: the file marks train and test only')
  }
  if (split === undefined || split === 'train') return () => true
  throw new TweedieError('usage', `\`split: ${split}\`: the file has no array \`test\` that marks molecules`)
}

function remarksOf(test: ArrayLike<number> | undefined, split: SplitName | undefined, count: number): string[] {
  const held = test ? Array.from(test).filter((each) => each === 1).length : 0
  if (held === 0) return []
  return split === 'test'
    ? [`the ${held} molecules marked test are read, the other ${count - held} left out`]
    : [`${held} of ${count} molecules are marked test and left out: \`split: test\` reads those`]
}

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0

function requireLength(name: string, array: ArrayLike<number>, count: number): void {
  if (array.length !== count) throw broken(`${name} has ${array.length} numbers for ${count} molecules`)
}

const broken = (what: string): TweedieError => new TweedieError('data', `molecules in arrays: ${what}`)

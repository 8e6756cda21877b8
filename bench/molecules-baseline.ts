/**
 * How well openchemlib's conformers cover those of molecules that are held out: COV and MAT of 2 K conformers for K references, as
 * its library of torsions makes them and after MMFF94.
 *
 *     npx tsx bench/molecules-baseline.ts [npz] [--molecules n]
 *
 * The references are minima of MMFF94 (of RDKit), so what is minimised by that field has an advantage.
 */
import { parseArgs } from 'node:util'
import { openSource } from '../src/files/data/node/index.ts'
import type { MoleculeDataset } from '../src/files/data/molecules.ts'
import { conformersOf, matchOf, type Molecule } from '../src/files/molecules/index.ts'
import { stereoDifference, stereoPlaces, automorphismsOf } from '../src/files/molecules/index.ts'
import { type ConformerDistances, conformerDistances, conformerScores } from '../src/tools/metrics/index.ts'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { molecules: { type: 'string' }, seed: { type: 'string', default: '0' } },
})
const [path = '../shared/data/molecules/qm9-mmff.npz'] = positionals
const { train } = await openSource({ path, split: 'test' })
const all = (train as MoleculeDataset).molecules
const molecules = all.slice(0, values.molecules === undefined ? all.length : Number(values.molecules))

/** Positions of heavy atoms in the order of a reference; hydrogens are left at 0, since they are not compared. */
function inOrderOf(reference: Molecule, made: Molecule): Float32Array[] | undefined {
  const match = matchOf(reference, made)
  return (
    match &&
    made.conformers.map((positions) =>
      Float32Array.from(
        reference.atoms.length
          ? [...match].flatMap((atom) => (atom < 0 ? [0, 0, 0] : [...positions.subarray(3 * atom, 3 * atom + 3)]))
          : [],
      ),
    )
  )
}

for (const minimise of [false, true]) {
  const start = performance.now()
  const distances: ConformerDistances[] = []
  let [conformers, failed, unmatched, mirrored] = [0, 0, 0, 0]
  for (const molecule of molecules) {
    const count = 2 * molecule.conformers.length
    const made = await conformersOf(molecule.smiles!, { count, seed: Number(values.seed), minimise }).catch(
      () => undefined,
    )
    if (!made) failed++
    const generated = made && inOrderOf(molecule, made)
    if (made && !generated) unmatched++
    distances.push(conformerDistances(molecule, generated ?? []))
    conformers += generated?.length ?? 0
    // Heavy atoms alone say the hand where all four neighbours of a centre but one are heavy: the hydrogen is not looked at.
    const { centres, doubleBonds } = stereoPlaces(molecule)
    const isHeavy = (atom: number): boolean => molecule.atoms[atom] !== 1
    const places = { centres, doubleBonds: doubleBonds.filter((each) => each.every(isHeavy)) }
    const symmetries = automorphismsOf(molecule)
    for (const each of generated ?? []) {
      const wrong = stereoDifference(places, symmetries, each, molecule.conformers[0]!)
      if (wrong.centres + wrong.doubleBonds > 0) mirrored++
    }
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(0)
  console.log(
    `openchemlib, ${minimise ? 'MMFF94' : 'torsions only'}: ${conformers} conformers of ${molecules.length} molecules in ${seconds} s; ${failed} failed, ${unmatched} not matched, ${mirrored} of another hand`,
  )
  for (const threshold of [0.5, 0.2]) {
    const { mean } = conformerScores(distances, threshold)
    const [covR, covP] = [mean.covR, mean.covP].map((each) => `${(100 * each).toFixed(1)} %`)
    console.log(
      `  ${threshold} Å: COV-R ${covR}, MAT-R ${mean.matR.toFixed(3)}, COV-P ${covP}, MAT-P ${mean.matP.toFixed(3)}`,
    )
  }
}

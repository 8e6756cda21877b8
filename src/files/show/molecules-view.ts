/** A view of molecules: how large they are, of what, and how many conformers they have. */
import { thousands } from '../../words.ts'
import type { MoleculeDataset } from '../data/molecules.ts'
import { symbols } from '../molecules/elements.ts'
import type { Molecule } from '../molecules/molecule.ts'
import { moleculePicture, moleculeSvg } from './molecule/picture.ts'
import { type Chosen, chosenOf, type DataView } from './view.ts'

/** Facts of a set of molecules. */
export function moleculesView({ name, molecules, skipped = [], remarks = [] }: MoleculeDataset): DataView {
  const counts = molecules.map(({ conformers }) => conformers.length)
  const conformers = counts.reduce((sum, count) => sum + count, 0)
  const sizes = molecules.map(({ atoms }) => atoms.length)
  const elements = new Map<number, number>()
  for (const { atoms } of molecules) for (const atom of atoms) elements.set(atom, (elements.get(atom) ?? 0) + 1)
  const sorted = [...elements].toSorted(([, a], [, b]) => b - a)
  const [fewest, most] = endsOf(counts)
  const [smallest, largest] = endsOf(sizes)
  const shown = molecules.filter((molecule) => molecule.conformers.length > 0)
  const some = (chosen: Chosen): readonly Molecule[] =>
    firstConformers(
      Array.from(chosenOf(shown.length, chosen).toSorted(), (i) => shown[i]!),
      chosen.count,
    )
  return {
    ...(shown.length > 0 && {
      picture: (chosen: Chosen) => moleculePicture(some(chosen)),
      svg: (chosen: Chosen) => moleculeSvg(some(chosen)),
    }),
    facts: {
      name,
      kind: 'molecules',
      length: molecules.length,
      conformers,
      conformersEach: [fewest, most],
      atomsEach: [smallest, largest],
      elements: Object.fromEntries(sorted.map(([number, count]) => [symbols[number]!, count])),
      skipped,
      remarks,
    },
    rows: [
      ['name', name],
      ['molecules', thousands(molecules.length)],
      ['conformers', conformers === 0 ? 'none' : `${thousands(conformers)}, ${range(fewest, most)} a molecule`],
      ['atoms', `${range(smallest, largest)} a molecule`],
      ['elements', sorted.map(([number, count]) => `${symbols[number]} (${thousands(count)})`).join(', ')],
      ['skipped', skipped.length > 0 ? thousands(skipped.length) : undefined],
      ...skipped.slice(0, 5).map(({ file, reason }) => ['', `${file}: ${reason}`] as const),
      ...(skipped.length > 5 ? [['', `and ${thousands(skipped.length - 5)} more`] as const] : []),
      ...remarks.map((remark, i) => [i === 0 ? 'remarks' : '', remark] as const),
    ],
  }
}

/** So many panels: all conformers of few molecules, one of each of many. */
function firstConformers(molecules: readonly Molecule[], panels: number): readonly Molecule[] {
  const each = Math.max(1, Math.floor(panels / molecules.length))
  return molecules.map((molecule) => ({ ...molecule, conformers: molecule.conformers.slice(0, each) }))
}

const range = (from: number, to: number): string => (from === to ? String(from) : `${from} to ${to}`)

/** The least and the greatest; a call cannot be given as many numbers as there may be molecules. */
function endsOf(values: readonly number[]): readonly [least: number, greatest: number] {
  return values.reduce(([a, b], each) => [Math.min(a, each), Math.max(b, each)], [Infinity, -Infinity])
}

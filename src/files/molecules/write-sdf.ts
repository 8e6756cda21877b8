/** Writes molecules as SDF, V2000. */
import { TweedieError } from '../../errors.ts'
import { kekulised } from './aromatic.ts'
import { symbols } from './elements.ts'
import type { Molecule } from './molecule.ts'

/**
 * Every conformer of the molecules as a record, with `energy`, `conformer` and `smiles` beside it where they are known, and further fields. A
 * molecule without conformers is one record with all positions 0. Aromatic bonds are written as single and double ones.
 *
 * @param fields further data of a conformer, by name
 * @throws TweedieError `usage` for more than 999 atoms or bonds, which V2000 cannot hold
 * @example
 * const text = writeSdf(molecules, { fields: (molecule, conformer) => ({ rank: String(conformer) }) })
 */
export function writeSdf(
  molecules: readonly Molecule[],
  {
    fields = () => ({}),
  }: { readonly fields?: (molecule: Molecule, conformer: number) => Readonly<Record<string, string>> } = {},
): string {
  return molecules
    .flatMap((molecule) => {
      const { smiles, conformers, energies } = molecule
      const graph = kekulised(molecule) ?? molecule
      if (conformers.length === 0)
        return [recordOf(graph, undefined, { ...(smiles !== undefined && { smiles }), ...fields(molecule, 0) })]
      return conformers.map((positions, k) =>
        recordOf(graph, positions, {
          ...(smiles !== undefined && { smiles }),
          conformer: String(k),
          ...(energies && { energy: String(energies[k]) }),
          ...fields(molecule, k),
        }),
      )
    })
    .join('')
}

function recordOf(
  { name, smiles, atoms, bonds, charges }: Molecule,
  positions: Float32Array | undefined,
  fields: Readonly<Record<string, string>>,
): string {
  const count = bonds.length / 3
  if (atoms.length > 999 || count > 999) {
    throw new TweedieError('usage', `V2000 holds at most 999 atoms and bonds, not ${atoms.length} and ${count}`)
  }
  const title = (name ?? smiles ?? '').replaceAll(/[\r\n]+/g, ' ')
  const lines = [
    // A title that looks like the end of a record would be one.
    title.startsWith('$$$$') ? ` ${title}` : title,
    `  tweedie           ${positions ? '3D' : '2D'}`,
    '',
    `${three(atoms.length)}${three(count)}  0  0  1  0  0  0  0  0999 V2000`,
  ]
  atoms.forEach((number, i) => {
    const place = [0, 1, 2].map((axis) => (positions?.[3 * i + axis] ?? 0).toFixed(4).padStart(10)).join('')
    lines.push(`${place} ${symbols[number]!.padEnd(3)} 0  0  0  0  0  0  0  0  0  0  0  0`)
  })
  for (let i = 0; i < bonds.length; i += 3) {
    lines.push(`${three(bonds[i]! + 1)}${three(bonds[i + 1]! + 1)}${three(bonds[i + 2]!)}  0`)
  }
  const charged = charges ? [...charges.keys()].filter((i) => charges[i] !== 0) : []
  for (let i = 0; i < charged.length; i += 8) {
    const some = charged.slice(i, i + 8)
    lines.push(
      `M  CHG${three(some.length)}${some.map((atom) => ` ${three(atom + 1)} ${three(charges![atom]!)}`).join('')}`,
    )
  }
  lines.push('M  END')
  for (const [field, value] of Object.entries(fields)) {
    const shown = value.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '')
    lines.push(`> <${field.replaceAll(/[<>\r\n]/g, '_')}>`, ...shown, '')
  }
  return `${[...lines, '$$$$'].join('\n')}\n`
}

const three = (value: number): string => String(value).padStart(3)

/** Whether positions may be those of a molecule in space. */
import { covalentRadius } from './elements.ts'
import type { Molecule } from './molecule.ts'

/**
 * Whether the positions are a drawing in the plane: where the file says so, or where all of z is 0, nothing is said, and bonds are not as
 * long as such bonds are (drawings have bonds of one length).
 */
export function isDrawing(
  { atoms, bonds, conformers }: Pick<Molecule, 'atoms' | 'bonds' | 'conformers'>,
  said: '2d' | '3d' | undefined,
): boolean {
  const [positions] = conformers
  if (said === '3d' || !positions) return false
  if (said === '2d') return true
  for (let i = 2; i < positions.length; i += 3) if (positions[i] !== 0) return false
  if (atoms.length < 2) return false
  for (let i = 0; i < bonds.length; i += 3) {
    const [from, to] = [bonds[i]!, bonds[i + 1]!]
    const usual = covalentRadius(atoms[from]!) + covalentRadius(atoms[to]!)
    const length = distance(positions, from, to)
    if (length < 0.7 * usual || length > 1.3 * usual) return true
  }
  // A drawing of carbons alone, without its hydrogens, may have bonds of 1.5.
  return atoms.length > 2 && !atoms.includes(1)
}

/** The distance of two atoms. */
export function distance(positions: Float32Array, from: number, to: number): number {
  return Math.hypot(
    positions[3 * from]! - positions[3 * to]!,
    positions[3 * from + 1]! - positions[3 * to + 1]!,
    positions[3 * from + 2]! - positions[3 * to + 2]!,
  )
}

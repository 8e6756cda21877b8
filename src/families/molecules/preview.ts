/** Conformers drawn while a model is trained: of a few molecules that it was trained on. */
import type { Preview } from '../family.ts'
import type { MoleculeModel } from './model.ts'

/** One conformer of each. */
export function preview({ examples }: MoleculeModel): Preview {
  return { options: { count: 1, ...(examples && { molecules: [...examples] }) } }
}

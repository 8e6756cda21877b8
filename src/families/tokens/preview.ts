/** Samples drawn while a model of tokens is trained. */
import { isPicture } from '../../files/show/token-picture.ts'
import type { Preview } from '../family.ts'
import type { TokenModel } from './model.ts'

/** Thirty-six maps or four texts, in at most 64 steps. */
export function preview(model: TokenModel): Preview {
  const { steps } = model.process.spec
  return { options: { count: isPicture(model) ? 36 : 4, steps: Math.min(64, steps ?? 64) } }
}

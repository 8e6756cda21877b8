/** Samples drawn while an autoencoder is trained. */
import type { Preview } from '../family.ts'
import type { VaeModel } from './model.ts'

/** Thirty-six pictures, or a thousand points. */
export function preview({ frame }: VaeModel): Preview {
  return { options: { count: frame.item.length === 3 ? 36 : 1000 } }
}

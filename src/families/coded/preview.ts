/** Samples drawn while a model of codes is trained. */
import type { Preview } from '../family.ts'
import type { CodedModel } from './coded-model.ts'

/** Thirty-six pictures, or a thousand points. */
export function preview({ frame }: CodedModel): Preview {
  return { options: { count: frame.item.length === 3 ? 36 : 1000 } }
}

/** Samples drawn while a model of codes is trained. */
import type { Preview } from '../family.ts'
import type { CodedModel } from './coded-model.ts'

/** Thirty-six pictures, four states of fields, or a thousand points. */
export function preview({ frame, scale }: CodedModel): Preview {
  if (scale.kind === 'fields') return { options: { count: 4 } }
  return { options: { count: frame.item.length === 3 ? 36 : 1000 } }
}

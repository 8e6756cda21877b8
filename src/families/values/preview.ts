/** Samples drawn while a model of values is trained: a column for each class if there are few. */
import type { Preview } from '../family.ts'
import type { Model } from './model.ts'

/** Four samples of each class, thirty-six pictures, or a thousand points. */
export function preview({ frame, classNames }: Model): Preview {
  const isImage = frame.item.length === 3
  const classes = classNames.length
  const few = isImage && classes >= 2 && classes <= 10
  const count = isImage ? (few ? 4 * classes : 36) : 1000
  return { options: { count }, layout: few ? { columns: classes } : {} }
}

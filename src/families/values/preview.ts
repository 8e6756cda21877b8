/** Samples drawn while a model of values is trained: a column for each class if there are few. */
import { isMoving } from '../../files/show/is-moving.ts'
import type { DrawnModel } from '../drawn-values.ts'
import type { Preview } from '../family.ts'
import { exampleCaptions } from '../words/captions-in-meta.ts'
import type { Model } from './model.ts'

/** Four samples of each of some captions or of each class, four windows of fields, thirty-six pictures, or a thousand points. */
export function preview({
  frame,
  scale,
  classNames,
  words,
  meta,
}: Pick<Model, 'classNames' | 'words' | 'meta'> & DrawnModel): Preview {
  if (words) {
    const prompt = exampleCaptions(meta)
    return { options: { count: 4 * prompt.length, prompt }, layout: { columns: prompt.length } }
  }
  if (scale.kind === 'fields') return { options: { count: 4 } }
  const isImage = frame.item.length === 3
  if (isMoving(scale)) return { options: { count: Math.min(8, Math.max(4, classNames.length)) } }
  const classes = classNames.length
  const few = isImage && classes >= 2 && classes <= 10
  const count = isImage ? (few ? 4 * classes : 36) : 1000
  return { options: { count }, layout: few ? { columns: classes } : {} }
}

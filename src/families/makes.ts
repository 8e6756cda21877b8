/** What items can be shown as, before any is drawn. */
import type { DataScale } from '../files/data/dataset.ts'
import type { Frame } from '../files/data/frame.ts'
import { isMoving } from '../files/show/is-moving.ts'
import type { Makes } from './family.ts'

/** The parts of a model that show its items. */
export interface DrawnModel {
  readonly frame: Pick<Frame, 'item'>
  /** From the network's values to those of the data. */
  readonly scale: DataScale
}

/** Extensions of files of clouds. */
const cloudFormats: readonly string[] = Object.freeze(['.ply', '.xyz', '.obj', '.svg'])

/** The formats of its items. */
export function makesOf({ frame, scale }: DrawnModel): Makes {
  const moving = isMoving(scale)
  const each = frame.item.length >= 3 || scale.kind === 'cloud' || moving
  return { pictures: each ? 'each' : 'together', moving, texts: false }
}

/** Extensions of files besides pictures and arrays. */
export function formatsOf({ scale }: DrawnModel): readonly string[] {
  return scale.kind === 'cloud' ? cloudFormats : []
}

/** The map between a model's values and those of its data, as `tweedie.json` records it. */
import type { DataScale } from '../files/data/dataset.ts'
import { isValueKind } from '../files/data/kinds.ts'
import type { TweedieMeta } from '../files/io/tweedie-meta.ts'

/** The map. */
export function scaleOfMeta({ kind, shape, range, affine, frameRate }: TweedieMeta['data']): DataScale {
  return {
    kind: isValueKind(kind) ? kind : 'array',
    shape,
    range: range ?? [-1, 1],
    affine: (affine as DataScale['affine']) ?? undefined,
    ...(typeof frameRate === 'number' && { frameRate }),
  }
}

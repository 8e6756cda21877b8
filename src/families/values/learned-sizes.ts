/** The sizes of pictures in training, where a network is told them: equal for all, since the data are pictures of one size. */
import { constant } from '../../engine/graph/index.ts'
import type { Network } from '../../engine/nn/network.ts'
import type { LearnedConditions } from '../learned-conditions.ts'
import type { LoadingData } from './batches.ts'
import { impliedConditions, sizesName as sizes } from './implied-conditions.ts'

/** What a pipeline's network is told of a picture besides words; undefined where it is told none, or data bring their own. */
export function learnedSizes(
  { conditions }: Pick<Network, 'conditions'>,
  { picture: named, conditions: given, shape }: Pick<LoadingData, 'picture' | 'conditions' | 'shape'>,
): LearnedConditions | undefined {
  const spec = conditions[sizes]
  const picture = named ?? (shape.length === 3 ? ([shape[1]!, shape[2]!] as const) : undefined)
  if (spec?.kind !== 'vector' || picture === undefined || given?.[sizes]) return undefined
  const implied = impliedConditions({ network: { conditions: { [sizes]: spec } }, picture, frame: { item: [] } }, 0)
  const values = [...implied.conditions[sizes]!]
  return {
    made: new Set([sizes]),
    conditions: (_parts, _scope, items) => ({
      [sizes]: constant(Float32Array.from(Array.from({ length: items }, () => values).flat()), [items, values.length]),
    }),
    feeds: () => ({}),
    fill: (_feeds, _batch, left = () => false) => left,
  }
}

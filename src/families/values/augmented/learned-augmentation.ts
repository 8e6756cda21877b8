/** Training on pictures that are transformed at random: the network is told how, and when it draws, that nothing was done. */
import { conditionInputs, conditionShape, writeCondition } from '../../../engine/nn/condition-spec.ts'
import { sizeOf } from '../../../engine/graph/index.ts'
import type { Network } from '../../../engine/nn/network.ts'
import { fold, key } from '../../../engine/random/index.ts'
import { TweedieError } from '../../../errors.ts'
import { warpPicture } from '../../../files/data/warp.ts'
import type { LearnedConditions } from '../../learned-conditions.ts'
import { augmentationSpec } from './augmentation.ts'
import { augmentationName } from './augmentation-name.ts'
import type { AugmentSpec } from './augment-spec.ts'
import { drawTransform, toldNumbers } from './transforms.ts'

/** A run with transforms. */
interface Run {
  readonly seed: number
  readonly augment?: AugmentSpec | undefined
}

/** The transform of an item by its place in a step, or none. */
function transformsOf({ seed, augment }: Run, size: readonly [number, number]) {
  const stream = fold(key(seed), augmentationName)
  return augment && ((step: number, batch: number, j: number) => drawTransform(stream, step * batch + j, augment, size))
}

/**
 * What the network is told in a run. A network that learned it before is told that nothing is done, where nothing is.
 *
 * @param item `[C, H, W]` @throws TweedieError `model` for one that should be, and has no such condition
 */
export function learnedAugmentation(run: Run, network: Network, item: readonly number[]): LearnedConditions {
  const known = network.conditions[augmentationName]
  if (known?.kind !== 'vector' || known.size !== toldNumbers || !known.nothing) {
    throw new TweedieError('model', `\`augment\`: ${network.className} is not told of transforms`, {
      hint: `conditions: { ${augmentationName}: ${JSON.stringify(augmentationSpec)} } in its configuration`,
    })
  }
  const width = sizeOf(conditionShape(known))
  const at = transformsOf(run, item.slice(-2) as [number, number])
  return {
    changed: transformer(run, item),
    made: new Set([augmentationName]),
    conditions: (_parts, _scope, items) => conditionInputs({ [augmentationName]: known }, items),
    feeds: (batch) => ({ [augmentationName]: new Float32Array(batch * width) }),
    fill(feeds, { step, indices }, left = () => false) {
      const out = feeds[augmentationName]!
      for (let j = 0; j < indices.length; j++) {
        const told = at?.(step, indices.length, j).told ?? []
        const item = out.subarray(j * width, (j + 1) * width)
        // as it was: exactly what a drawn picture is told
        if (told.every((value) => value === 0)) item.fill(0)
        else writeCondition(known, told, 0, item)
      }
      return left
    },
  }
}

/** Transforms the pictures of a step, in place; undefined where a run has none. */
function transformer(run: Run, shape: readonly number[]): LearnedConditions['changed'] {
  const [channels, height, width] = shape as [number, number, number]
  const at = transformsOf(run, [height, width])
  if (at === undefined) return undefined
  const size = channels * height * width
  const before = new Float32Array(size)
  // of pictures, a second or a fourth channel is how opaque they are
  const opacity = channels === 2 || channels === 4
  return (items, step, batch) => {
    for (let j = 0; j < batch; j++) {
      const { told, back } = at(step, batch, j)
      if (told.every((value) => value === 0)) continue
      const item = items.subarray(j * size, (j + 1) * size)
      before.set(item)
      warpPicture(before, [channels, height, width], back, item, { opacity })
    }
  }
}

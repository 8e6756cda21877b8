/** The condition by which a network is told how its pictures were transformed: networks that have it, and networks that draw. */
import { constant, sizeOf } from '../../../engine/graph/index.ts'
import { type ConditionSpec, conditionShape } from '../../../engine/nn/condition-spec.ts'
import type { Network } from '../../../engine/nn/network.ts'
import type { NetworkSpec } from '../../network-of.ts'
import { augmentationName } from './augmentation-name.ts'
import { toldNumbers } from './transforms.ts'

/** Numbers of the transforms; nothing where nothing was done. */
export const augmentationSpec: ConditionSpec = Object.freeze({ kind: 'vector', size: toldNumbers, nothing: true })

/** The network with this condition besides those that it has. */
export function toldOfTransforms({ className, config }: NetworkSpec): NetworkSpec {
  const known = (config['conditions'] ?? {}) as Readonly<Record<string, unknown>>
  if (Object.hasOwn(known, augmentationName)) return { className, config }
  return { className, config: { ...config, conditions: { ...known, [augmentationName]: { ...augmentationSpec } } } }
}

/**
 * The network of a model: it always hears that nothing was done, so that the condition is none of its inputs any more. Its parameters and its configuration
 * stay. A network without the condition is returned unchanged.
 */
export function asTheyAre(network: Network): Network {
  const { [augmentationName]: spec, ...conditions } = network.conditions
  if (spec?.kind !== 'vector') return network
  const [size] = conditionShape(spec) as [number]
  return {
    ...network,
    conditions,
    build(scope, inputs) {
      const shape = [inputs.x.shape[0]!, size]
      const nothing = constant(new Float32Array(sizeOf(shape)), shape)
      return network.build(scope, { ...inputs, conditions: { ...inputs.conditions, [augmentationName]: nothing } })
    },
  }
}

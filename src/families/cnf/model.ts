/** A trained continuous flow: a network as a field, and the map from data to its inputs. */
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import { TweedieError } from '../../errors.ts'
import type { FieldModel } from '../../compiled/field.ts'
import { requireUsable } from '../../compiled/sampling.ts'
import { parametersOf } from '../../engine/nn/network.ts'
import type { DrawnModel } from '../drawn-values.ts'
import { networkOf } from '../network-of.ts'
import type { OwnComponents } from '../own-parts.ts'
import { scaleOfMeta } from '../scale-of-meta.ts'
import { type FlowSpec, parseFlow } from './flow-spec.ts'

/** A model in memory. */
export interface CnfModel extends FieldModel, DrawnModel {
  readonly family: 'cnf'
  /** How it was trained. */
  readonly flow: FlowSpec
  readonly classNames: readonly string[]
  readonly unconditionalLabel: undefined
  readonly meta: TweedieMeta
}

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` where weights, network and data do not fit together
 */
export function cnfModelOf({ network: spec, weights, meta }: ModelFolder, own: OwnComponents = {}): CnfModel {
  const { data, objective } = meta
  requireUsable(meta.sampler, ['sampler', 'steps'], 'continuous flows')
  const flow = parseFlow(objective.flow)
  const network = networkOf(spec, own)
  if (network.inputShape.join() !== data.shape.join()) {
    throw new TweedieError(
      'model',
      `data [${data.shape.join(', ')}], and a network of items [${network.inputShape.join(', ')}]`,
    )
  }
  const layout = parametersOf(network)
  return {
    family: 'cnf',
    network,
    layout,
    weights: layout.fromMap(weights),
    flow,
    timeScale: flow.timeScale,
    frame: { item: data.shape },
    scale: scaleOfMeta(data),
    classNames: data.classNames ?? [],
    unconditionalLabel: undefined,
    meta,
  }
}

/** The content of the model's folder; the inverse of {@link cnfModelOf}. */
export function cnfFolderOf({ network, layout, weights, meta }: CnfModel): ModelFolderInput {
  return {
    network: { className: network.className, config: network.config },
    weights: layout.toMap(weights),
    scheduler: null,
    meta,
  }
}

/** A trained hierarchy of codes: its weights, the law of data given the lowest code, and the map from data to what the network sees. */
import { requireUsable } from '../../compiled/sampling.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import { type HierarchyNetwork, hierarchyParameters } from '../../engine/nn/hierarchy-network.ts'
import { hierarchyFromConfig } from '../../engine/nn/hierarchy-registry.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import { type CodedModel, codedOfMeta } from '../coded/coded-model.ts'

/** The name of the part that is trained: the network, which lies under this name in a folder too. */
export const partName = 'network'

/** A model in memory. */
export interface HvaeModel extends CodedModel {
  readonly family: 'hvae'
  readonly network: HierarchyNetwork
  readonly layout: Layout
  /** All weights, flat. */
  readonly weights: Float32Array
}

/** Numbers in the codes of all levels. */
export function latentsOf({ latentShapes }: Pick<HierarchyNetwork, 'latentShapes'>): number {
  return latentShapes.reduce((total, shape) => total + sizeOf(shape), 0)
}

/**
 * The model of a folder's content.
 *
 * @throws TweedieError `model` where weights, network and data do not fit together
 */
export function hvaeOf({ network: { className, config }, weights, meta }: ModelFolder): HvaeModel {
  requireUsable(meta.sampler, [], 'hierarchies of codes')
  const network = hierarchyFromConfig(className, config)
  const layout = hierarchyParameters(network)
  return { family: 'hvae', network, layout, weights: layout.fromMap(weights), ...codedOfMeta(meta, network) }
}

/** The content of the model's folder; the inverse of {@link hvaeOf}. */
export function hvaeFolderOf({ network, layout, weights, meta }: HvaeModel): ModelFolderInput {
  const { className, config } = network
  return {
    network: { className, config },
    weights: layout.toMap(weights),
    main: { name: partName, library: 'tweedie' },
    scheduler: null,
    meta,
  }
}

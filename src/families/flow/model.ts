/** A trained flow: its network with weights, and the map from data to its inputs. */
import { type FlowNetwork } from '../../diffusion/flow/flow-network.ts'
import { classesOf } from '../../engine/nn/condition-spec.ts'
import type { Layout } from '../../engine/nn/layout.ts'
import { parametersOf } from '../../engine/nn/network.ts'
import { strideOf } from '../../engine/nn/network-classes.ts'
import { TweedieError } from '../../errors.ts'
import type { DataScale } from '../../files/data/dataset.ts'
import { type Frame, frameOf } from '../../files/data/frame.ts'
import type { ModelFolder, ModelFolderInput } from '../../files/io/model-folder.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import { requireUsable } from '../../compiled/sampling.ts'
import type { OwnComponents } from '../own-parts.ts'
import { scaleOfMeta } from '../scale-of-meta.ts'
import { flowOf } from './flow-of.ts'

/** A flow in memory. */
export interface FlowModel {
  readonly family: 'flow'
  readonly network: FlowNetwork
  readonly layout: Layout
  /** All weights, flat. */
  readonly weights: Float32Array
  readonly frame: Frame
  /** From the network's values to those of the data. */
  readonly scale: DataScale
  /** How many shades images have; null: any number. */
  readonly shades: number | null
  readonly classNames: readonly string[]
  /** The label that means "no class", if the model was trained with one. */
  readonly unconditionalLabel: number | undefined
  readonly meta: TweedieMeta
}

/** The model of a folder's content. @throws TweedieError `model` where weights and network do not fit together */
export function flowModelOf({ network: spec, weights, meta }: ModelFolder, own: OwnComponents = {}): FlowModel {
  const { data } = meta
  requireUsable(meta.sampler, ['temperature'], 'exact likelihoods')
  const network = flowOf(spec, own)
  const layout = parametersOf(network)
  const frame = frameOf(data.shape, 1, strideOf(network))
  if (frame.network.join() !== network.inputShape.join()) {
    throw new TweedieError(
      'model',
      `data [${data.shape.join(', ')}] are [${frame.network.join(', ')}] for the flow, which expects [${network.inputShape.join(', ')}]`,
    )
  }
  const { shades = null } = data
  if (shades !== null && !(Number.isInteger(shades) && (shades as number) >= 2)) {
    throw new TweedieError('model', `tweedie.json: data.shades is ${JSON.stringify(shades)}`, {
      hint: 'a whole number from 2 on, or null',
    })
  }
  return {
    family: 'flow',
    network,
    layout,
    weights: layout.fromMap(weights),
    frame,
    scale: scaleOfMeta(data),
    shades: shades as number | null,
    classNames:
      data.classNames ??
      Array.from({ length: classesOf(network) - Number(data.unconditionalLabel !== null) }, (_, i) => String(i)),
    unconditionalLabel: data.unconditionalLabel ?? undefined,
    meta,
  }
}

/** The content of the model's folder; the inverse of {@link flowModelOf}. */
export function flowFolderOf({ network, layout, weights, meta }: FlowModel): ModelFolderInput {
  return {
    network: { className: network.className, config: network.config },
    weights: layout.toMap(weights),
    scheduler: null,
    meta,
  }
}

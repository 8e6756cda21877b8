/**
 * Which weights of a network are adapted, and the parameters that do it: for each weight `NAME.weight` two, `NAME.lora_A.weight` and
 * `NAME.lora_B.weight`, as PEFT calls them.
 */
import { TweedieError } from '../../errors.ts'
import { sizeOf } from '../graph/index.ts'
import type { Shape } from '../graph/index.ts'
import type { LowRank, WeightChanges } from './low-rank.ts'
import { type Scope, uniformWithin, zeros } from './parameters.ts'

/** Layers by name: projections of attention; all layers over the last axis; convolutions too. */
export const adapterTargets = Object.freeze(['attention', 'linear', 'all'] as const)

/** How a network is adapted. */
export interface AdapterConfig {
  /** Columns of B and rows of A. */
  readonly rank: number
  /** α: changes are multiplied by α / rank. */
  readonly alpha: number
  /** Names of {@link adapterTargets}, and regular expressions of which one must match the layer's name. */
  readonly targets: readonly string[]
}

/** Projections of attention as diffusers and as transformers call them. */
const ofAttention = /(^|\.)(to_q|to_k|to_v|to_out(\.0)?|add_[qkv]_proj|to_add_out|q_proj|k_proj|v_proj|out_proj)$/

/**
 * A function that says whether a layer is adapted.
 *
 * @throws TweedieError `usage` for a regular expression that is none
 */
export function selects(targets: readonly string[]): (layer: string, shape: Shape) => boolean {
  const rules = targets.map((target) => {
    if (target === 'attention') return (layer: string) => ofAttention.test(layer)
    if (target === 'linear') return (_: string, shape: Shape) => shape.length === 2
    if (target === 'all') return () => true
    const pattern = patternOf(target)
    return (layer: string) => pattern.test(layer)
  })
  return (layer, shape) => rules.some((rule) => rule(layer, shape))
}

/**
 * Changes whose parameters are declared in `scope`. A begins like the weight of a layer, B at zero: an adapted network begins as it was.
 *
 * @param titleOf the name of a weight in `scope`; by default its own
 * @example
 * const adapters = new Scope()
 * network.build(new Scope(input, adaptersIn(adapters, { rank: 8, alpha: 8, targets: ['attention'] })), inputs)
 * adapters.specs // [{ name: 'mid_block.attentions.0.to_q.lora_A.weight', shape: [8, 64], … }, …]
 */
export function adaptersIn(
  scope: Scope,
  { rank, alpha, targets }: AdapterConfig,
  titleOf: (name: string) => string | undefined = (name) => name,
): WeightChanges {
  const isWanted = selects(targets)
  return (name, shape): LowRank | undefined => {
    const title = titleOf(name)
    if (title === undefined || !title.endsWith(ofWeight)) return undefined
    const layer = title.slice(0, -ofWeight.length)
    if (!isWanted(layer, shape)) return undefined
    const inward = uniformWithin(1 / Math.sqrt(sizeOf(shape.slice(1))))
    const flat = shape.slice(2).map(() => 1)
    return {
      down: scope.parameter(downName(layer), [rank, ...shape.slice(1)], inward),
      up: scope.parameter(upName(layer), [shape[0]!, rank, ...flat], zeros),
      scale: alpha / rank,
    }
  }
}

/** The names of the parameters of an adapted layer. */
export const downName = (layer: string): string => `${layer}.lora_A.weight`
export const upName = (layer: string): string => `${layer}.lora_B.weight`

/** The layers that a list of parameters adapts. */
export function adaptedLayers(names: Iterable<string>): readonly string[] {
  return [...names].filter((name) => name.endsWith(ofDown)).map((name) => name.slice(0, -ofDown.length))
}

const ofWeight = '.weight'
const ofDown = '.lora_A.weight'

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text, 'u')
  } catch (cause) {
    throw new TweedieError('usage', `${JSON.stringify(text)} names no layers: it is no regular expression`, {
      hint: `one of ${adapterTargets.join(', ')}, or part of a layer's name such as to_q`,
      cause,
    })
  }
}

/** The way back in stages: what the host runs one after another, each a single call or a sequence of them. */
import type { Scope } from '../../engine/nn/parameters.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import type { Bijection, FlowContext, Sequential } from './bijection.ts'

/** A bijection with the place of its parameters. */
interface Placed {
  readonly bijection: Bijection
  readonly at: (scope: Scope) => Scope
}

/** A stage of the way from latents to items. */
export interface Stage {
  /** What it takes, and makes, of each item. */
  readonly from: readonly number[]
  readonly to: readonly number[]
  /** How many rounds it takes at most; 1 for a single call. */
  readonly rounds: number
  /** One call: of a sequential stage, a round, with the state so far. */
  step(scope: Scope, y: Tensor, x: Tensor | undefined, context: FlowContext): Tensor
}

/**
 * The stages of a bijection's inverse, the first to run first. Neighbours that are single calls are one stage.
 *
 * @example
 * stagesOf(network.bijection).map(({ rounds }) => rounds) // [1, 49, 1, 49, 1]
 */
export function stagesOf(bijection: Bijection): readonly Stage[] {
  const stages: Stage[] = []
  let direct: Placed[] = []
  const flush = (): void => {
    if (direct.length > 0) stages.push(single(direct))
    direct = []
  }
  for (const placed of leavesOf({ bijection, at: (scope) => scope }).toReversed()) {
    const { sequential } = placed.bijection
    if (sequential === undefined) direct.push(placed)
    else {
      flush()
      stages.push(sequence(placed, sequential))
    }
  }
  flush()
  return stages
}

/** How many calls the way back takes at most, and whether that is more than one in a row. */
export function roundsOf(bijection: Bijection): number {
  return stagesOf(bijection).reduce((sum, { rounds }) => sum + rounds, 0)
}

/** Whether some part of the way back is a sequence. */
export function isSequential(bijection: Bijection): boolean {
  return bijection.inverse === undefined
}

function leavesOf({ bijection, at }: Placed): readonly Placed[] {
  if (bijection.parts === undefined) return [{ bijection, at }]
  return bijection.parts.flatMap((part, i) => leavesOf({ bijection: part, at: (scope) => at(scope).child(i) }))
}

function single(parts: readonly Placed[]): Stage {
  return {
    from: parts[0]!.bijection.outputShape,
    to: parts.at(-1)!.bijection.shape,
    rounds: 1,
    step: (scope, y, _, context) =>
      parts.reduce((h, { bijection, at }) => bijection.inverse!(at(scope), h, context).y, y),
  }
}

function sequence({ bijection, at }: Placed, { rounds, step }: Sequential): Stage {
  return {
    from: bijection.outputShape,
    to: bijection.shape,
    rounds,
    step: (scope, y, x, context) => step(at(scope), y, x!, context),
  }
}

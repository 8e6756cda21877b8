/** A flow as a network: an architecture with a configuration and conditions, whose forward goes from data to latents. */
import { silu, sizeOf } from '../../engine/graph/index.ts'
import type { Shape } from '../../engine/graph/index.ts'
import { type ConditionSpecs, conditionSpecs } from '../../engine/nn/condition-spec.ts'
import { conditionsOnly } from '../../engine/nn/conditions.ts'
import type { Network, NetworkInputs } from '../../engine/nn/network.ts'
import type { Scope } from '../../engine/nn/parameters.ts'
import type { Bijection, FlowContext, Mapped } from './bijection.ts'

/** A network that is a normalising flow; its output is the latent of its input, `[N, D]`. */
export interface FlowNetwork extends Network {
  /** From items `[...inputShape]` to latents `[D]`. Its parameters lie in `scope.child('flow')`. */
  readonly bijection: Bijection
  /** What the bijection depends on, from the conditions of the inputs. */
  contextOf(scope: Scope, inputs: Pick<NetworkInputs, 'x' | 'conditions' | 'dropout'>): FlowContext
}

/** The fields of a configuration that all flows have. */
export interface FlowConfig {
  readonly num_class_embeds?: number | null
  /** Vector conditions by name; null: none. */
  readonly conditions?: ConditionSpecs | null
}

/**
 * The network of a bijection onto `[D]`.
 *
 * @param width of the embedding of conditions
 */
export function flowNetwork(
  className: string,
  config: Required<FlowConfig>,
  bijection: Bijection,
  width: number,
): FlowNetwork {
  const specs = conditionSpecs(config.num_class_embeds, config.conditions)
  const { conditions: _, ...plain } = config
  const inputShape: Shape = bijection.shape
  const contextOf: FlowNetwork['contextOf'] = (scope, { x, conditions, dropout }) => {
    const embedded = conditionsOnly(className, scope, { x, conditions, t: x }, width, specs)
    return { condition: embedded && silu(embedded), drop: dropout }
  }
  return Object.freeze<FlowNetwork>({
    className,
    config: Object.freeze({
      _class_name: className,
      ...plain,
      ...(config.conditions && { conditions: config.conditions }),
    }),
    inputShape,
    outputShape: [sizeOf(inputShape)],
    timeless: true,
    conditions: specs,
    bijection,
    contextOf,
    build: (scope, inputs) => toLatent({ bijection, contextOf }, scope, inputs).y,
  })
}

/** Items to latents `[N, D]`, and log |det| of each. */
export function toLatent(
  { bijection, contextOf }: Pick<FlowNetwork, 'bijection' | 'contextOf'>,
  scope: Scope,
  inputs: Pick<NetworkInputs, 'x' | 'conditions' | 'dropout'>,
): Mapped {
  return bijection.forward(scope.child('flow'), inputs.x, contextOf(scope, inputs))
}

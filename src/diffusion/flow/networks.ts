/** Flows by the name that a model folder gives them. */
import { TweedieError } from '../../errors.ts'
import { autoregressiveFlow } from './autoregressive-flow.ts'
import { type FlowClass, flowClasses, isFlowClass } from './classes.ts'
import { couplingFlow } from './coupling-flow.ts'
import type { FlowNetwork } from './flow-network.ts'
import { glowFlow } from './glow-flow.ts'
import { tarFlow } from './tar-flow.ts'

/** Every kind of flow: from a configuration, itself checked, to the network. */
const flows: Readonly<Record<FlowClass, (config: never) => FlowNetwork>> = Object.freeze({
  CouplingFlow: couplingFlow,
  AutoregressiveFlow: autoregressiveFlow,
  GlowFlow: glowFlow,
  TarFlow: tarFlow,
})

/**
 * The flow of this class and configuration.
 *
 * @throws TweedieError `model` for an unknown class, or a configuration that its class refuses
 * @example
 * const flow = flowFromConfig('CouplingFlow', { input_shape: [2] })
 */
export function flowFromConfig(className: string, config: object): FlowNetwork {
  if (!isFlowClass(className)) {
    throw new TweedieError('model', `flow ${className}: expected one of ${flowClasses.join(', ')}`)
  }
  return flows[className](config as never)
}

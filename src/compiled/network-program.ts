/** The network of a model as a program: compiled with its weights built in, or, of a network elsewhere, calls of its server. */
import { input, type Tensor } from '../engine/graph/index.ts'
import { conditionInputs } from '../engine/nn/condition-spec.ts'
import type { Network } from '../engine/nn/network.ts'
import { compile, type CompileOptions, type Program, programOf } from '../engine/runtime/program.ts'
import type { Engine } from '../engine/runtime/session.ts'
import { networkGraph, type NetworkWeights } from './network-graph.ts'
import { isRemote } from './remote-network.ts'

/** How to compile it. */
export type NetworkProgramOptions = Omit<CompileOptions, 'constants'>

/**
 * From `x`, `t` and conditions by name to `output`, for batches of one size.
 *
 * @throws TweedieError those of {@link compile}, or of `remoteSession`
 */
export async function networkProgram(
  model: NetworkWeights,
  batch: number,
  engine: Engine,
  options: NetworkProgramOptions = {},
): Promise<Program> {
  const { network } = model
  if (!isRemote(network)) {
    const { output, weights } = networkGraph(model, batch)
    return compile({ output }, engine, { ...options, constants: weights })
  }
  const { inputs, outputs } = shapesOf(network, batch)
  const { remoteSession } = await import('../engine/runtime/remote/remote-session.ts')
  const session = await remoteSession(network.server, { inputs: infos(inputs), outputs: infos(outputs) })
  return programOf(session, inputs, outputs, new Map())
}

/** What goes into a network and comes out of it. */
function shapesOf(network: Network, batch: number) {
  const inputs = {
    x: input('x', [batch, ...network.inputShape], network.categories ? 'int32' : 'float32'),
    ...(!network.timeless && { t: input('t', [batch]) }),
    ...conditionInputs(network.conditions, batch),
  }
  const output = input('output', [batch, ...network.outputShape])
  return { inputs: new Map(Object.entries(inputs)), outputs: new Map([['output', output]]) }
}

const infos = (tensors: ReadonlyMap<string, Tensor>) =>
  new Map(Array.from(tensors, ([name, { dtype, shape }]) => [name, { name, dtype, shape }]))

/**
 * A network that a server evaluates (`engine/runtime/remote/`). It has the shapes and conditions of another one and no graph: samplers work as
 * with any network, a step of theirs is a call, and nothing can take its gradients.
 */
import type { Network } from '../engine/nn/network.ts'
import type { InferenceServer } from '../engine/runtime/remote/inference-client.ts'
import { TweedieError } from '../errors.ts'

/** A network elsewhere. */
export interface RemoteNetwork extends Network {
  readonly server: InferenceServer
}

/** Whether a server evaluates it. */
export const isRemote = (network: Network): network is RemoteNetwork => 'server' in network

/**
 * The same network, evaluated by a server.
 *
 * @param network whose shapes and conditions the server's model must have; its parameters are not needed
 * @example
 * const model = { ...local, network: remoteNetwork(local.network, { url: 'http://triton:8000', model: 'digits' }) }
 * using denoiser = await modelDenoiser(model, engine, { batch: 4 })
 */
export function remoteNetwork(network: Network, server: InferenceServer): RemoteNetwork {
  const { url, model } = server
  const { inputShape, outputShape, categories, timeless, items, conditions, stride } = network
  return Object.freeze<RemoteNetwork>({
    server,
    className: 'RemoteNetwork',
    config: Object.freeze({ url, model }),
    inputShape,
    outputShape,
    conditions,
    ...(categories !== undefined && { categories }),
    ...(timeless !== undefined && { timeless }),
    ...(items !== undefined && { items }),
    ...(stride !== undefined && { stride }),
    build() {
      throw new TweedieError('usage', `the network is evaluated at ${url}, and this needs its graph and weights here`, {
        hint: 'gradients (guided restoration), exports and arithmetic in eight bits need the model itself: leave out `remote`',
      })
    },
  })
}

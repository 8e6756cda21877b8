/** A model whose network a server evaluates: everything else stays here. */
import { remoteNetwork } from '../compiled/remote-network.ts'
import type { InferenceServer } from '../engine/runtime/remote/inference-client.ts'
import type { OwnParts } from '../families/family.ts'
import { abilityOf, type Opened } from '../families/registry.ts'

/** Where the network of a model is evaluated, by the Open Inference Protocol (v2): Triton, KServe, `tweedie serve`, … */
export interface RemoteOptions extends Omit<InferenceServer, 'model'> {
  /** The name of the model there; by default that of the folder. */
  readonly model?: string | undefined
}

/**
 * The same model, with its network at a server.
 *
 * @param name of the model there, where none is said
 * @throws TweedieError `usage` if the family has not one network that is evaluated in every step
 */
export async function withRemote(
  opened: Opened,
  { model: named, ...server }: RemoteOptions,
  name: string,
  own: OwnParts = {},
): Promise<Opened> {
  const place = (await abilityOf('network', opened, own))(opened.model)
  return { ...opened, model: place.with(remoteNetwork(place.part.network, { ...server, model: named ?? name })) }
}

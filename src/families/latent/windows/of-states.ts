/** Windows of codes of another length than the model's own: more states, put together from windows. */
import type { LatentModel } from '../model.ts'
import { windowOf, windowShape } from './code-windows.ts'

/** Codes, and what they decode to. */
export type OfCodes = Pick<LatentModel, 'autoencoder' | 'prior'>

/** The model as if its windows had so many states; by default as it is. What a network does is not changed. */
export function ofStates(model: OfCodes, states: number | undefined): OfCodes {
  if (states === undefined || windowOf(model) === undefined) return model
  const { prior } = model
  const [channels, , ...places] = prior.frame.item as [number, number, number, number]
  const item = windowShape([channels, ...places], states)
  return { ...model, prior: { ...prior, frame: { ...prior.frame, item }, scale: { ...prior.scale, shape: item } } }
}

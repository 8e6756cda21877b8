/** Conditions that follow from what else is asked for, where a request does not give them: the size of pictures, the guidance. */
import type { Conditions } from '../../diffusion/denoise/conditions.ts'
import type { Network } from '../../engine/nn/network.ts'

/** The condition that holds the size of a picture. */
export const sizesName = 'time_ids'

/** A model with the size of its pictures. */
export interface Pictured {
  readonly network: Pick<Network, 'conditions'>
  /** Height and width in pixels, if items are codes of pictures. */
  readonly picture?: readonly [height: number, width: number] | undefined
  readonly frame: { readonly item: readonly number[] }
}

/** What follows, for one item each. */
export interface Implied {
  readonly conditions: Conditions
  /** Of the half that guidance leads away from. */
  readonly away: Conditions
  /** The guidance that is left: 0 where the network has it as a condition. */
  readonly w: number
}

/** Marks of pictures, of 10, that Stable Diffusion XL's refiner is told: of what is wanted, and of what is not. */
const [wanted, unwanted] = [6, 2.5] as const

/**
 * The conditions, by the names of diffusers:
 * - `time_ids`: height and width of the picture, of its upper left corner in what it was cut from, and of what is wanted; of five numbers
 *   the last is a mark. Podell et al., SDXL (2023), section 2.2, https://arxiv.org/abs/2307.01952
 * - `timestep_cond`: the guidance w as sines and cosines. The network has learned what guidance by w gives, and needs no second evaluation. Meng et al.,
 *   On Distillation of Guided Diffusion Models (2023), https://arxiv.org/abs/2210.03142
 */
export function impliedConditions(model: Pictured, w: number): Implied {
  const { time_ids: ids, timestep_cond: guided } = model.network.conditions
  const [height, width] = model.picture ?? (model.frame.item.slice(1) as [number, number])
  const corners = [height, width, 0, 0]
  const timeIds = (mark: number): Conditions => {
    if (ids?.kind !== 'vector') return {}
    return { time_ids: Float32Array.from(ids.size === 5 ? [...corners, mark] : [...corners, height, width]) }
  }
  const embedded = guided?.kind === 'vector' ? { timestep_cond: guidanceFeatures(w, guided.size) } : {}
  return {
    conditions: { ...timeIds(wanted), ...embedded },
    away: { ...timeIds(unwanted), ...embedded },
    w: guided ? 0 : w,
  }
}

/** sin and cos of 1000 w · 10000^{−k/(n/2 − 1)}, k = 0 … n/2 − 1; a last zero where n is odd. */
export function guidanceFeatures(w: number, size: number): Float32Array {
  const half = Math.floor(size / 2)
  const out = new Float32Array(size)
  for (let k = 0; k < half; k++) {
    const angle = 1000 * w * Math.exp((-Math.log(10_000) * k) / Math.max(1, half - 1))
    out[k] = Math.sin(angle)
    out[half + k] = Math.cos(angle)
  }
  return out
}

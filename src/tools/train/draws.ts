/** What the batches of every kind of problem draw alike: times, their levels, and labels that are left out. */
import { fold, key, type Key, uniform } from '../../engine/random/index.ts'

/** The streams of numbers that batches are made of. */
export function streamsOf({ seed }: { readonly seed: number }) {
  const run = key(seed)
  return {
    order: fold(run, 'order'),
    times: fold(run, 'times'),
    noise: fold(run, 'noise'),
    labels: fold(run, 'labels'),
  }
}

/**
 * Stratified numbers in [0, 1): item j of N draws its own from the j-th of N equal parts, which makes the loss less noisy than
 * independent draws (Kingma et al., Variational Diffusion Models, 2021, appendix I.1).
 */
export function stratified(key: Key, out: Float64Array): Float64Array {
  uniform(key, out)
  for (let j = 0; j < out.length; j++) out[j] = (j + out[j]!) / out.length
  return out
}

/** Which of so many levels of noise a share of them lies in. */
export function levelOf(share: number, levels: number): number {
  return Math.min(levels - 1, Math.floor(share * levels))
}

/** The labels of a batch, each left out with a probability: where `noClass` stands for it. */
export function drawLabels(
  key: Key,
  labels: ArrayLike<number>,
  indices: ArrayLike<number>,
  { dropout, noClass }: { readonly dropout: number; readonly noClass: number },
  out: Float32Array | Int32Array,
): void {
  const draws = uniform(key, new Float64Array(indices.length))
  for (let j = 0; j < indices.length; j++) out[j] = draws[j]! < dropout ? noClass : labels[indices[j]!]!
}

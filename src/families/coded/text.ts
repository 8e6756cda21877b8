/** Laws and bounds in words. */
import type { BoundSpec, LawSpec } from './coded-spec.ts'

/** A law in words. */
export function lawText({ name, shades, sigma }: LawSpec): string {
  if (name === 'bernoulli') return 'black or white by chance (bernoulli)'
  const of = name === 'discretised' ? `discretised Gaussian of ${shades} shades` : 'Gaussian'
  return `${of}, σ ${Number(sigma!.toPrecision(3))}`
}

/** What is minimised, in words. */
export function boundText({ klWeight, warmup, freeBits, draws }: BoundSpec): string {
  return [
    draws > 1 ? `importance-weighted bound of ${draws} draws` : 'evidence bound',
    ...(klWeight === 1 ? [] : [`divergence times ${klWeight}`]),
    ...(warmup > 0 ? [`warm-up over ${warmup} steps`] : []),
    ...(freeBits > 0 ? [`${freeBits} free nats`] : []),
  ].join(', ')
}

/** The loss of a run is a bound in nats. */
export function lossText(_: unknown, loss: number): string {
  return `${loss.toFixed(2)} nats`
}

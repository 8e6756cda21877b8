/** Bounds of items as figures, and as text. */
import { bitsPerDim, type Estimate, estimate } from '../../diffusion/likelihood/units.ts'
import { itemSize } from '../../files/data/dataset.ts'
import { affineOf } from '../../files/data/normalise.ts'
import type { BoundSums } from './bound-sums.ts'
import type { LikelihoodOptions } from './bounds-of-items.ts'
import type { CodedModel } from './coded-model.ts'
import { reportedLaw } from './law-of.ts'

/** Of −log p: less is better. */
export interface Figure {
  /** Of an item, in the data's own values. */
  readonly nats: Estimate
  /** The same per dimension, in bits. */
  readonly bitsPerDim: Estimate
}

/** The figures of every model of codes. */
export interface CodedLikelihood {
  readonly items: number
  readonly dimensions: number
  /** −ELBO. */
  readonly elbo: Figure
  /** The importance-weighted bound of so many draws. */
  readonly importance: Figure & { readonly draws: number }
  /** The terms of −ELBO, in nats. */
  readonly reconstruction: Estimate
  readonly kl: Estimate
  /** Numbers of a code. */
  readonly latents: number
  /** Of images: of reconstructions from mean codes, in decibels, the mean over items; the peak is white against black. */
  readonly psnr?: Estimate | undefined
}

/** The figures of bounds. */
export function likelihoodOf(
  sums: BoundSums,
  { draws, onItems }: Pick<LikelihoodOptions, 'draws' | 'onItems'>,
  { law, frame, scale }: CodedModel,
): CodedLikelihood {
  const dimensions = itemSize(frame.item)
  const stretch = reportedLaw(law, scale).name === 'gaussian' ? logStretch(scale) : 0
  const figure = (kind: 'bound' | 'importance', values: Float64Array): Figure => {
    const nats = values.map((each) => each + stretch)
    onItems?.(kind, nats)
    return { nats: estimate(nats), bitsPerDim: estimate(nats.map((each) => bitsPerDim(each, dimensions))) }
  }
  const { reconstruction, kl, latents } = sums
  return {
    items: sums.count,
    dimensions,
    elbo: figure(
      'bound',
      reconstruction.map((each, i) => each + kl[i]!),
    ),
    importance: { ...figure('importance', sums.importance(draws)), draws },
    reconstruction: estimate(reconstruction.map((each) => each + stretch)),
    kl: estimate(kl),
    latents,
    ...(scale.kind === 'image' && { psnr: estimate(sums.squaredError.map((error) => 10 * Math.log10(4 / error))) }),
  }
}

/** The logarithm of the volume of the data's values for a unit volume of the network's: densities are of the former. */
export function logStretch(scale: CodedModel['scale']): number {
  const factors = affineOf(scale).scale
  const each = itemSize(scale.shape) / factors.length
  return factors.reduce((total, factor) => total + each * Math.log(factor), 0)
}

/** The rows of a report that are the same for all. @param terms rows of single terms, before the importance-weighted bound */
export function likelihoodRows(
  { elbo, importance, reconstruction, kl, psnr }: CodedLikelihood,
  isDensity: boolean,
  { terms = [], units = [] }: { readonly terms?: readonly TextRow[]; readonly units?: readonly TextRow[] },
): TextRow[] {
  const figure = ({ nats, bitsPerDim: bits }: Figure): string =>
    `−log p ≤ ${estimateText(nats, 3)} nats${isDensity ? '' : `, ${estimateText(bits, 4)} bits/dim`}`
  return [
    ['evidence bound', figure(elbo)],
    ['  reconstruction', `${estimateText(reconstruction, 3)} nats`],
    ['  divergence', `${estimateText(kl, 3)} nats`],
    ...terms,
    [`importance-weighted, ${importance.draws} draws`, figure(importance)],
    ...units,
    ['reconstructions', psnr && `PSNR ${estimateText(psnr, 2)} dB`],
  ]
}

/** A row of a table; left out without a value. */
export type TextRow = readonly [string, string | undefined]

/** An estimate with its standard error. */
export function estimateText({ value, standardError }: Estimate, digits: number): string {
  return standardError === undefined
    ? value.toFixed(digits)
    : `${value.toFixed(digits)} ± ${standardError.toFixed(digits)}`
}

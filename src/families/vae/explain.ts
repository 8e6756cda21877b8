/** A training run of an autoencoder in words. */
import { sizeOf } from '../../engine/graph/index.ts'
import { autoencoderFromConfig } from '../../engine/nn/autoencoder-registry.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { shapeText, thousands } from '../../words.ts'
import { explainRun } from '../explain-run.ts'
import type { Row } from '../family.ts'
import type { LawSpec, VaeTrainSpec } from './spec.ts'

/** The data, the autoencoder, and what is made small. */
export function explain({ network, law, bound }: VaeTrainSpec, data: ArrayDataset): readonly Row[] {
  const { latentShape } = autoencoderFromConfig(network.className, network.config)
  const numbers = sizeOf(latentShape)
  const code = latentShape.length > 1 ? `${shapeText(latentShape)}: ${numbers} numbers` : `${numbers} numbers`
  const rows = explainRun(data, network, {
    data: `${thousands(data.length)} items ${shapeText(data.shape)}`,
    network: `, codes of ${code}`,
    objective: `${boundText(bound)}, ${lawText(law)}`,
  })
  return rows.map(([name, value]) => (name === 'classes' && value !== 'none' ? [name, 'not learned'] : [name, value]))
}

/** The loss of a run is a bound in nats. */
export function lossText(_: VaeTrainSpec, loss: number): string {
  return `${loss.toFixed(2)} nats`
}

/** A law in words. */
export function lawText({ name, shades, sigma }: LawSpec): string {
  if (name === 'bernoulli') return 'black or white by chance (bernoulli)'
  const of = name === 'discretised' ? `discretised Gaussian of ${shades} shades` : 'Gaussian'
  return `${of}, σ ${Number(sigma!.toPrecision(3))}`
}

/** What is minimised, in words. */
export function boundText({ klWeight, warmup, freeBits, draws }: VaeTrainSpec['bound']): string {
  return [
    draws > 1 ? `importance-weighted bound of ${draws} draws` : 'evidence bound',
    ...(klWeight === 1 ? [] : [`divergence times ${klWeight}`]),
    ...(warmup > 0 ? [`warm-up over ${warmup} steps`] : []),
    ...(freeBits > 0 ? [`${freeBits} free nats`] : []),
  ].join(', ')
}

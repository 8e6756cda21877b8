/** A training run of a flow in words. */
import { isSequential, roundsOf } from '../../diffusion/flow/stages.ts'
import { sizeOf } from '../../engine/graph/index.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { shapeText, thousands } from '../../words.ts'
import { explainRun } from '../explain-run.ts'
import type { OwnParts, Row } from '../family.ts'
import { flowOf } from './flow-of.ts'
import type { FlowTrainSpec } from './spec.ts'

/** The data, the flow, and what is minimised. */
export function explain({ network, shades }: FlowTrainSpec, data: ArrayDataset, own: OwnParts): readonly Row[] {
  const flow = flowOf(network, own)
  return explainRun(data, network, {
    data: `${thousands(data.length)} items ${shapeText(data.shape)}`,
    network: `, ${inverseText(flow)}`,
    objective: `exact −log p${shades === null ? '' : `, ${shades} shades dequantised`}`,
  })
}

/** What its way back costs. */
export function inverseText({ bijection }: Pick<ReturnType<typeof flowOf>, 'bijection'>): string {
  return isSequential(bijection)
    ? `a sequential inverse of up to ${roundsOf(bijection)} calls`
    : 'an inverse in one call'
}

/** A loss in bits per dimension, or nats. */
export function lossText({ shades, network }: FlowTrainSpec, loss: number): string {
  if (shades !== null) return `${(loss / Math.LN2).toFixed(4)} bits/dim`
  return `${(loss * sizeOf(flowOf(network, {}).inputShape)).toFixed(4)} nats`
}

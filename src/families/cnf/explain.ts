/** A training run of a continuous flow in words. */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { shapeText, thousands } from '../../words.ts'
import { explainRun } from '../explain-run.ts'
import type { Row } from '../family.ts'
import { flowText } from './describe.ts'
import type { CnfTrainSpec } from './spec.ts'

/** The data, the network, and the solve. */
export function explain({ network, flow }: CnfTrainSpec, data: ArrayDataset): readonly Row[] {
  const [low, high] = data.range.map((value) => Number(value.toPrecision(5)))
  return explainRun(data, network, {
    data: `${thousands(data.length)} items ${shapeText(data.shape)}, values ${low} … ${high}`,
    objective: flowText(flow),
  })
}

/** A loss with its unit; penalties count in it. */
export function lossText({ flow }: CnfTrainSpec, loss: number): string {
  return `${loss.toFixed(4)} ${flow.values === null ? 'nats' : 'bits/dim'}`
}

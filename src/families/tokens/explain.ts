/** A training run on tokens in words. */
import type { CategoricalDataset } from '../../files/data/categorical.ts'
import { explainRun, tokensText } from '../explain-run.ts'
import type { Row } from '../family.ts'
import { processText } from './describe.ts'
import type { TokenTrainSpec } from './spec.ts'

/** The data, the network, and how tokens are corrupted. */
export function explain({ network, process }: TokenTrainSpec, data: CategoricalDataset): readonly Row[] {
  return explainRun(data, network, { data: tokensText(data), objective: processText(process) })
}

/** A bound in nats, and in bits. */
export function lossText({ process }: TokenTrainSpec, loss: number): string {
  return loss.toFixed(4) + (process.objective === 'bound' ? ` (${(loss / Math.LN2).toFixed(3)} bits/token)` : '')
}

/** The network of a run behind a Gaussian of its data. */
import { preconditioned, predictionScale } from '../../../diffusion/prior/index.ts'
import type { Network } from '../../../engine/nn/network.ts'
import type { ArrayDataset } from '../../../files/data/dataset.ts'
import type { Frame } from '../../../files/data/frame.ts'
import type { OwnComponents } from '../../own-parts.ts'
import { objectiveOfSpec } from '../batches.ts'
import type { TrainSpec } from '../spec.ts'
import { lawOfData } from './law-of-data.ts'
import type { Seen } from './seen.ts'

/**
 * Behind a Gaussian, errors count in units of what it leaves in doubt: the target of what is learned has variance 1 at all levels, to which the
 * weighting of the specification is applied.
 *
 * @throws TweedieError `usage` where the data or the noise do not fit
 */
export function seenBy(
  spec: TrainSpec,
  network: Network,
  dataset: ArrayDataset,
  frame: Frame,
  own: OwnComponents,
): Seen {
  const objective = objectiveOfSpec(spec, own)
  const law = lawOfData(dataset, frame)
  const all = { law, variables: dataset.shape[0]!, ...objective }
  return {
    seen: preconditioned(network, all),
    law,
    objective: { ...objective, weight: (t) => objective.weight(t) / predictionScale(all, t) ** 2 },
  }
}

/** The network of a run as its loss sees it. */
import type { Objective } from '../../../diffusion/denoise/objective-spec.ts'
import type { FieldLaw } from '../../../diffusion/prior/law.ts'
import type { Network } from '../../../engine/nn/network.ts'
import { TweedieError } from '../../../errors.ts'
import type { ArrayDataset } from '../../../files/data/dataset.ts'
import type { Frame } from '../../../files/data/frame.ts'
import type { OwnComponents } from '../../own-parts.ts'
import { objectiveOfSpec } from '../batches.ts'
import type { TrainSpec } from '../spec.ts'

/** The network whose prediction is compared with the target, and how errors are weighed. */
export interface Seen {
  readonly seen: Network
  /** The Gaussian before it, if there is one. */
  readonly law?: FieldLaw | undefined
  readonly objective: Objective
}

/** Data that were prepared for a network behind a Gaussian: they know how one is fitted to them. */
export interface BehindLaw extends ArrayDataset {
  seenBy?(spec: TrainSpec, network: Network, dataset: ArrayDataset, frame: Frame, own: OwnComponents): Seen
}

/** With nothing before it. @throws TweedieError `usage` where there should be */
export function seenPlainly(spec: TrainSpec, network: Network, own: OwnComponents): Seen {
  if (!spec.precondition) return { seen: network, objective: objectiveOfSpec(spec, own) }
  throw new TweedieError('usage', '`precondition`: the data were not prepared for it', {
    hint: 'prepare the data with the specification: `prepare` of the family',
  })
}

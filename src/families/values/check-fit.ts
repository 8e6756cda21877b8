/** Checks that a specification, its network and a data set fit together, before anything is compiled. */
import { classCount } from '../../files/data/dataset.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { Frame } from '../../files/data/frame.ts'
import { learnsVariance } from '../../diffusion/denoise/objectives/learned-variance.ts'
import { TweedieError } from '../../errors.ts'
import { contextName } from '../../compiled/words.ts'
import { conditionValues } from '../../engine/nn/condition-spec.ts'
import type { Network } from '../../engine/nn/network.ts'
import { checkClasses } from '../check-classes.ts'
import type { TrainSpec } from './spec.ts'

/**
 * Refuses a run that cannot be trained.
 *
 * @param made conditions that are made in training, of captions, and not by the data
 * @throws TweedieError `usage` or `shape` that names the parts that do not fit
 */
export function checkFit(
  spec: TrainSpec,
  network: Network,
  dataset: ArrayDataset,
  frame: Frame,
  made: ReadonlySet<string> = new Set(),
): void {
  if (spec.batch > dataset.length) {
    throw new TweedieError('usage', `a batch of ${spec.batch} is larger than the data: ${dataset.length} items`, {
      hint: `\`batch: ${dataset.length}\` or less, or more data`,
    })
  }
  const [sees, gets] = [network.inputShape, frame.network].map((shape) => `[${shape.join(', ')}]`)
  if (sees !== gets) {
    const cut = spec.patch > 1 ? ` in patches of ${spec.patch}` : ''
    throw new TweedieError(
      'shape',
      `${dataset.name}: items [${frame.item.join(', ')}]${cut} are ${gets}, the network takes ${sees}`,
      {
        hint: 'change sample_size and in_channels of the network, or `size`, `channels` and `patch` of the data',
      },
    )
  }
  const variances = learnsVariance(network)
  if (network.outputShape.join() !== network.inputShape.join() && !variances) {
    throw new TweedieError(
      'shape',
      `the network's output [${network.outputShape.join(', ')}] does not have its input's shape ${sees}`,
      { hint: 'or twice its channels, to learn variances' },
    )
  }
  if (variances && !('table' in spec.noise)) {
    throw new TweedieError('usage', `variances are learned for the steps of a table, not on ${spec.noise.schedule}`, {
      hint: 'choose a table of noise levels, or a network with as many channels out as in',
    })
  }
  checkClasses(spec.objective.labelDropout, network, classCount(dataset))
  checkConditions(network, dataset, made)
}

/** Refuses data without the other conditions that the network needs for every item. */
function checkConditions({ conditions }: Network, dataset: ArrayDataset, made: ReadonlySet<string>): void {
  for (const [name, spec] of Object.entries(conditions)) {
    if (spec.kind === 'class' || made.has(name)) continue
    const values = dataset.conditions?.[name]
    const expected = dataset.length * conditionValues(spec)
    if (values?.length === expected) continue
    throw new TweedieError(
      'usage',
      `${dataset.name}: the network needs the condition ${name}, ${expected} numbers for all items; the data have ${values?.length ?? 'none'}`,
      {
        hint:
          name === contextName ? '`captions`, and data with captions' : `give the data set conditions: { ${name}: … }`,
      },
    )
  }
}

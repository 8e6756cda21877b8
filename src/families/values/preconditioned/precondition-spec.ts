/** Whether a Gaussian of the data stands before the network, and the options that say so. */
import { TweedieError } from '../../../errors.ts'
import type { ArrayDataset } from '../../../files/data/dataset.ts'
import type { PreconditionName } from '../options/precondition-names.ts'
import type { NetworkSpec } from '../../network-of.ts'

/** How a network is preconditioned. */
export interface PreconditionSpec {
  readonly name: 'gaussian'
}

/** What else a run learns that a Gaussian has no answer to. */
interface Also {
  readonly fewSteps: boolean
  readonly variances: boolean
}

/**
 * The specification, if the network is preconditioned.
 *
 * @throws TweedieError `usage` where it does not fit
 */
export function preconditionOf(
  wanted: PreconditionName | undefined,
  data: ArrayDataset,
  { objective, network }: { readonly objective: { readonly loss?: string }; readonly network: NetworkSpec },
  { fewSteps, variances }: Also,
): PreconditionSpec | undefined {
  if (wanted !== 'gaussian') return undefined
  const why =
    data.kind !== 'fields'
      ? `${data.name} is of kind ${data.kind}, and it is for fields over time`
      : fewSteps
        ? 'sampling in few steps is learned without'
        : variances
          ? 'a network that learns variances has none of the Gaussian'
          : objective.loss !== undefined
            ? `the loss ${objective.loss} is your own`
            : network.className.startsWith('SpaceTime')
              ? `${network.className} sees states as frames, not as channels`
              : undefined
  if (why === undefined) return { name: 'gaussian' }
  throw new TweedieError('usage', `\`precondition: gaussian\`: ${why}`, { hint: 'leave `precondition` out' })
}

/** The network with an output of zero at first, so that training begins with the Gaussian, where its class can do that. */
export function fromNothing({ className, config, ...rest }: NetworkSpec): NetworkSpec {
  return { ...rest, className, config: className === 'UNet2DModel' ? { ...config, zero_init: true } : config }
}

/** Whether a Gaussian of the data stands before the network, and the options that say so. */
import { TweedieError } from '../../../errors.ts'
import type { AnyDataset } from '../../../files/data/any-dataset.ts'
import type { ArrayDataset } from '../../../files/data/dataset.ts'
import type { WindowedData } from '../../../files/data/windows.ts'
import type { PreconditionName } from '../options/precondition-names.ts'
import type { OptionValues } from '../../../options.ts'
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

/** Options that leave the usual way: with one of them there is a Gaussian only if it is asked for. */
const others = [
  'distil',
  'objective',
  'network',
  'preset',
  'learnVariance',
  'parametrisation',
  'noise',
  'schedule',
  'input',
] as const

/** States in all, in windows, from which a covariance in space and time is measured unasked. */
const leastWindows = 3
/** Numbers in all states together up to which it is fitted unasked. */
const mostUnasked = 2 ** 24

/**
 * Whether a Gaussian is usual: for fields whose times are hours of days, which is what weather is, and the usual network and noise.
 * Some weeks are too few for a network, and enough for a covariance.
 */
export function isUsuallyBehind(data: AnyDataset, options: OptionValues): boolean {
  if (!('trajectory' in data) || others.some((name) => options[name] !== undefined)) return false
  const { trajectory, window, calendar } = data as WindowedData
  const { states, times, grid } = trajectory
  return (
    calendar?.day === true &&
    grid[0] * grid[1] > 1 &&
    times.length >= leastWindows * window.length &&
    states.length <= mostUnasked
  )
}

/**
 * The specification, if the network is preconditioned: where that is asked for, or the data were prepared for it unasked.
 *
 * @throws TweedieError `usage` where it does not fit
 */
export function preconditionOf(
  wanted: PreconditionName | undefined,
  data: ArrayDataset,
  { objective, network }: { readonly objective: { readonly loss?: string }; readonly network: NetworkSpec },
  { fewSteps, variances }: Also,
): PreconditionSpec | undefined {
  if ((wanted ?? ('seenBy' in data ? 'gaussian' : undefined)) !== 'gaussian') return undefined
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

/**
 * What the output of a decoder means: the law p(x | z) of the data given a code. Every value is independent given z.
 *
 * - `gaussian`: N(x; μ, σ²), μ the output; a density.
 * - `discretised`: the probability that N(μ, σ²) falls into the bin of one of so many equally spaced values.
 * - `bernoulli`: the output is the logit of the probability that a value is the greatest one rather than the least.
 *
 * The σ is one number for all values, learned with the weights; at its optimum the loss is the plain evidence bound, and no weight of
 * the divergence has to be chosen. Rybkin, Daniilidis & Levine, Simple and Effective VAE Training with Calibrated Decoders (2021),
 * https://arxiv.org/abs/2006.13202
 */
import { add, exp, less, log, mul, neg, sigmoid, sub, where } from '../../engine/graph/index.ts'
import type { Tensor } from '../../engine/graph/index.ts'
import { TweedieError } from '../../errors.ts'
import type { Bins } from '../likelihood/discretised-gaussian.ts'
import { discretisedLogProbability } from './discretised.ts'
import { gaussianLogDensity } from './gaussian.ts'

/** The names of laws. */
export const decoderLawNames = ['gaussian', 'discretised', 'bernoulli'] as const
export type DecoderLawName = (typeof decoderLawNames)[number]

/** A law of data given a decoder's output. */
export interface DecoderLaw {
  readonly name: DecoderLawName
  /** Whether it has a σ. */
  readonly hasSigma: boolean
  /** Whether it is a density, in nats that depend on the unit of the data, and not a probability. */
  readonly isDensity: boolean
  /**
   * log p(x | z) of every value, in nats, `[N, ...shape]`.
   *
   * @param x `[N, ...shape]`, in the values that the network sees; of `bernoulli` within [least, greatest]
   * @param output of the decoder, of the same shape
   * @param logSigma log σ, `[1]`; needed where {@link hasSigma}
   */
  logProbability(x: Tensor, output: Tensor, logSigma?: Tensor): Tensor
  /** E[x | z], of the same shape. */
  mean(output: Tensor): Tensor
}

/**
 * A law by its name.
 *
 * @param values of the data as the network sees them, by default 256 from −1 to 1: of `discretised` all of them, of `bernoulli`
 * the least and the greatest
 * @throws TweedieError `usage` for an unknown name, or fewer than two values
 * @example
 * const law = decoderLaw('bernoulli')
 * const reconstruction = sumOverItem(law.logProbability(x, output)) // [N], nats
 */
export function decoderLaw(name: DecoderLawName, values: Bins = {}): DecoderLaw {
  const { low = -1, high = 1, count = 256 } = values
  if (!(Number.isInteger(count) && count >= 2 && high > low)) {
    throw new TweedieError('usage', `${count} values from ${low} to ${high}: there must be two or more`)
  }
  if (name === 'bernoulli') return bernoulli(low, high)
  if (name === 'gaussian') {
    return gaussianLike(name, (x, mean, logSigma) => gaussianLogDensity({ mean, logVariance: mul(logSigma, 2) }, x))
  }
  if (name === 'discretised') {
    return gaussianLike(name, (x, mean, logSigma) => discretisedLogProbability(x, mean, logSigma, { low, high, count }))
  }
  throw new TweedieError('usage', `the decoder's law is ${String(name)}: must be ${decoderLawNames.join(', ')}`)
}

function gaussianLike(
  name: 'gaussian' | 'discretised',
  logProbability: (x: Tensor, mean: Tensor, logSigma: Tensor) => Tensor,
): DecoderLaw {
  return Object.freeze<DecoderLaw>({
    name,
    hasSigma: true,
    isDensity: name === 'gaussian',
    logProbability(x, output, logSigma) {
      if (logSigma) return logProbability(x, output, logSigma)
      throw new TweedieError('usage', `the law ${name} has a width: log σ is missing`)
    },
    mean: (output) => output,
  })
}

/** log p = y l − log(1 + eˡ) for a share y of the greatest value and the logit l: a cross-entropy for shares in between. */
function bernoulli(low: number, high: number): DecoderLaw {
  return Object.freeze<DecoderLaw>({
    name: 'bernoulli',
    hasSigma: false,
    isDensity: false,
    logProbability: (x, logit) => sub(mul(mul(sub(x, low), 1 / (high - low)), logit), logOnePlusExp(logit)),
    mean: (logit) => add(mul(sigmoid(logit), high - low), low),
  })
}

/** log(1 + eˡ) without overflow, with the right derivative at 0 too. */
function logOnePlusExp(l: Tensor): Tensor {
  const isNegative = less(l, 0)
  return add(where(isNegative, 0, l), log(add(exp(where(isNegative, l, neg(l))), 1)))
}

/** The options of sampling that a model which has learned jumps of its own supports. */
import { consistencySampler, type Sampling } from '../compiled/sampling.ts'
import { TweedieError } from '../errors.ts'
import type { OptionValues } from '../options.ts'

/** What would change its jumps; a model that jumps straight to data may start from any times. */
const idle = ['eta', 'churn', 'variance'] as const
const ofTimes = ['times', 'spacing'] as const

/**
 * Refuses another sampler, other times and guidance.
 *
 * @param asked the name of the sampler
 * @throws TweedieError `usage`
 */
export function requireOwnJumps({ jumps, sampler, steps }: Sampling, asked: string, options: OptionValues): void {
  if (!jumps) return
  const learned = `${sampler} in ${steps} step${steps === 1 ? '' : 's'}`
  if (asked !== sampler) {
    throw new TweedieError('usage', `\`sampler: ${asked}\`: the model has learned to be sampled by ${learned}`, {
      hint: 'leave `sampler` out, or sample its teacher',
    })
  }
  const refused = sampler === consistencySampler ? idle : [...idle, ...ofTimes]
  const name = refused.find((each) => options[each] !== undefined)
  if (name !== undefined) {
    throw new TweedieError('usage', `\`${name}\`: the model has learned to be sampled by ${learned}`, {
      hint: `leave \`${name}\` out, or sample its teacher`,
    })
  }
  if (options.guidance === undefined || options.guidance === 0) return
  throw new TweedieError('usage', `\`guidance\`: the model has learned to be sampled by ${learned}`, {
    hint: 'learn from a guided teacher: `distil` with `guidance`',
  })
}

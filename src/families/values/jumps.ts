/** Models that have learned jumps in the place of posterior means: what cannot be asked of them, and from where they start. */
import { samplerOf } from '../../compiled/sampler-of.ts'
import type { Sampling } from '../../compiled/sampling.ts'
import type { Sampler } from '../../diffusion/sample/sampler.ts'
import { TweedieError } from '../../errors.ts'
import type { Model } from './model.ts'

/**
 * Refuses work that needs E[x₀ | x_t], and its change from one time to the next, of a model that only jumps.
 *
 * @param what the work, as the user named it
 * @throws TweedieError `usage`
 */
export function requirePosterior({ sampling }: { readonly sampling: Sampling }, what: string): void {
  if (!sampling.jumps) return
  throw new TweedieError(
    'usage',
    `${what}: the model learned to sample in ${sampling.steps} step${sampling.steps === 1 ? '' : 's'}, and knows no posterior mean`,
    { hint: 'ask its teacher, or any model that was trained without `distil`' },
  )
}

/** A part of a model's jumps. */
export interface JumpsFrom {
  readonly sampler: Sampler
  /** Falling times from where it starts. */
  readonly times: readonly number[]
}

/**
 * The jumps from a time t to data. A model that was trained from all times starts at t; one that knows only the starts of its steps,
 * at the first of them that is t or more.
 */
export function jumpsFrom({ sampling, meta }: Model, t: number): JumpsFrom {
  const learned = sampling.times(sampling.steps)
  const { fewSteps } = meta.objective as { readonly fewSteps?: { readonly method?: unknown } | undefined }
  const start = fewSteps?.method === 'progressive' ? learned.findLast((each) => each >= t)! : t
  return { sampler: samplerOf(sampling), times: [start, ...learned.filter((each) => each < start)] }
}

/**
 * What has no meaning for a model trained by maximum likelihood through the solve. Only its two ends are fixed, data and white noise: the
 * states between are whatever the field makes of them, and not data with noise at a known level.
 */
import type { Refusal } from '../../family.ts'

const marginals =
  'has no meaning for a continuous flow trained by maximum likelihood: its states between noise and data are not data with noise of a known level'

const guided: Refusal = {
  why: `${marginals}, so that no score is there to guide by`,
  hint: 'train with labels and choose a class: `class`; or train a diffusion model, without `model: cnf`',
}
const stepped: Refusal = {
  why: `${marginals}; it is sampled by solving its equation`,
  hint: '`sampler: rk4` with `steps`, or `sampler: rk45`',
}
const bounded: Refusal = {
  why: 'is of the variational bound, which a continuous flow does not have: its likelihood is exact',
  hint: '`likelihood` alone',
}
const conditioned: Refusal = {
  why: `${marginals}, so that no measurement can be put into them`,
  hint: 'train a diffusion model on the same data, without `model: cnf`',
}

const named = (refusal: Refusal, ...names: readonly string[]): Readonly<Record<string, Refusal>> =>
  Object.fromEntries(names.map((name) => [name, refusal]))

/** By the names of options, commands and abilities. */
export const refusals: Readonly<Record<string, Refusal>> = Object.freeze({
  ...named(guided, 'guidance', 'guidanceRescale', 'guidanceInterval', 'negative', 'weak'),
  ...named(guided, 'classifier', 'classifierScale'),
  ...named(stepped, 'eta', 'churn', 'variance', 'spacing', 'times', 'clip', 'noClip'),
  ...named(bounded, 'boundVariance', 'boundDecoder', 'boundSteps', 'terms'),
  ...named(conditioned, 'restore', 'edit'),
})

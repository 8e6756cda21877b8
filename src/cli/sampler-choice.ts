/** A sampler, its steps and their spacing, from options. */
import { TweedieError } from '../errors.ts'
import type { Model } from '../model/model.ts'
import { timesOf } from '../model/times.ts'
import { suggest } from '../data/suggest.ts'
import { ddim } from '../sample/ddim.ts'
import { samplerByName, samplers } from '../sample/registry.ts'
import type { Sampler } from '../sample/sampler.ts'
import type { spacings } from './choices.ts'

/** What can be asked for. */
export interface SamplerOptions {
  readonly sampler: string
  readonly steps: number
  readonly eta?: number | undefined
  readonly spacing?: (typeof spacings)[number] | undefined
}

/** The sampler and the times that it walks through. */
export interface SamplerChoice {
  readonly sampler: Sampler
  readonly times: readonly number[]
}

/**
 * The sampler and its times for a model.
 *
 * @throws TweedieError `usage` for a name that there is not, with the one that was probably meant
 */
export function chooseSampler(
  { schedule }: Pick<Model, 'schedule'>,
  { sampler: name, steps, eta, spacing }: SamplerOptions,
): SamplerChoice {
  if (eta !== undefined && name.toLowerCase() !== 'ddim') {
    throw new TweedieError('usage', `--eta is for the sampler ddim, not for ${name}`, { hint: '--sampler ddim' })
  }
  const sampler = eta === undefined ? find(name) : ddim({ eta })
  return { sampler, times: timesOf(schedule, steps, spacing) }
}

function find(name: string): Sampler {
  try {
    return samplerByName(name)
  } catch (cause) {
    const near = suggest(
      name,
      samplers.map(({ sampler }) => sampler.name),
    )
    const hint = `${near ? `did you mean ${near}? ` : ''}'tweedie samplers' lists all of them`
    throw new TweedieError('usage', `there is no sampler '${name}'`, { hint, cause })
  }
}

/** A sampler and its times, from options. Options that do not fit together are refused before anything is computed. */
import { learnsVariance } from '../diffusion/denoise/objectives/learned-variance.ts'
import { TweedieError } from '../errors.ts'
import { suggest } from '../suggest.ts'
import type { Sampling } from '../compiled/sampling.ts'
import type { Network } from '../engine/nn/network.ts'
import type { Schedule } from '../diffusion/noise/schedule.ts'
import { timesOf } from '../diffusion/sample/default-times.ts'
import { analyticDpm } from '../diffusion/sample/analytic-dpm.ts'
import { ddim } from '../diffusion/sample/ddim.ts'
import { ddpm } from '../diffusion/sample/ddpm.ts'
import { dpmSolverSingle } from '../diffusion/sample/dpm-solver-single.ts'
import { kdpm2 } from '../diffusion/sample/kdpm2.ts'
import { ddpmLearned } from '../diffusion/sample/learned-variance.ts'
import { samplerByName, samplers } from '../diffusion/sample/registry.ts'
import { reverseSde } from '../diffusion/sample/reverse-sde.ts'
import { euler, rungeKutta, tableaux } from '../diffusion/sample/runge-kutta.ts'
import { requireTimes } from '../diffusion/sample/sample.ts'
import type { Sampler } from '../diffusion/sample/sampler.ts'
import { trajectoryConsistency } from '../diffusion/sample/trajectory-consistency.ts'
import type { ValuesOf } from '../options.ts'
import { ownMade } from '../own-made.ts'
import type { OwnParts } from './family.ts'
import { requireOwnJumps } from './jump-sampler.ts'
import { missingSampler } from './part.ts'
import type { gaussianOptions, guidanceOptions } from './options.ts'

/** The options. Under guidance the variance cannot be learned or measured. */
export type SamplerOptions = ValuesOf<typeof gaussianOptions & typeof guidanceOptions>

/** The parts of a model with Gaussian noise that samplers use. */
export interface Sampled {
  readonly schedule: Schedule
  readonly network: Network
  readonly sampling: Sampling
}

/** The sampler and its times. */
export interface SamplerChoice {
  readonly sampler: Sampler
  readonly times: readonly number[]
  /** How many steps it takes; undefined if it chooses its own steps. */
  readonly steps: number | undefined
}

/** Samplers that choose their steps themselves. */
const adaptive: ReadonlySet<string> = new Set(['rk45', 'sde-adaptive'])

/** Samplers that take η. */
const withEta: Readonly<Record<string, (eta: number) => Sampler>> = {
  ddim: (eta) => ddim({ eta }),
  euler: (eta) => euler({ eta }),
  ...rungeKuttas((tableau, eta) => rungeKutta(tableau, { eta })),
  kdpm2: (eta) => kdpm2({ eta }),
  'dpm++-2s': (eta) => dpmSolverSingle({ eta }),
  'dpm++-3s': (eta) => dpmSolverSingle({ order: 3, type: 'heun', eta }),
  'euler-maruyama': (eta) => reverseSde({ eta }),
  tcd: (eta) => trajectoryConsistency({ eta }),
  'sde-heun': (eta) => reverseSde({ method: 'heun', eta }),
}

/** Samplers that can be churned. */
const withChurn: Readonly<Record<string, (churn: number) => Sampler>> = {
  euler: (churn) => euler({ churn }),
  ...rungeKuttas((tableau, churn) => rungeKutta(tableau, { churn })),
  'heun-churn': (churn) => rungeKutta(tableaux.heun, { churn }),
}

/** Analytic-DPM, with variances yet to be measured (`values/measured-sampler.ts`). */
const [analyticDdpm, analyticDdim] = ([1, 0] as const).map((eta) => analyticDpm({ variance: () => 0, eta })) as [
  Sampler,
  Sampler,
]

/** Samplers that must be measured on data before they can be used. */
export const measuredSamplers: readonly Sampler[] = Object.freeze([analyticDdpm, analyticDdim])

/** Whether a sampler is one of these. */
export function needsData({ name }: Sampler): boolean {
  return measuredSamplers.some((each) => each.name === name)
}

/** The values of `variance`. */
const withVariance: Readonly<Record<NonNullable<SamplerOptions['variance']>, () => Sampler>> = {
  small: () => ddpm(),
  large: () => ddpm({ variance: 'large' }),
  learned: ddpmLearned,
}

/** How many steps, in words. */
export function stepsText(steps: SamplerChoice['steps']): string {
  return steps === undefined ? 'as many steps as it took' : `${steps} step${steps === 1 ? '' : 's'}`
}

/**
 * The sampler and its times for a model. `ddpm` takes the variance that the model has learned, if it has.
 *
 * @throws TweedieError `usage` for an unknown name, with the most similar known one, and for options that do not fit
 * the sampler or the model
 */
export function chooseSampler(model: Sampled, options: SamplerOptions, own: OwnParts = {}): SamplerChoice {
  const sampler = samplerOf(model, options, own)
  const times = timesFor(sampler, model, options)
  requireTimes(times, sampler)
  if (times[0]! < times.at(-1)!) {
    throw new TweedieError('usage', `\`times\` are ${times.join(', ')}: they must fall, from noise to data`, {
      hint: '`times: 1,0.6,0.3,0.1,0`',
    })
  }
  // its coefficients show whether it can start and end there
  if ('plan' in sampler) sampler.plan(model.schedule, times)
  return { sampler, times, steps: adaptive.has(sampler.name) ? undefined : times.length - 1 }
}

function samplerOf(model: Pick<Sampled, 'network' | 'sampling'>, options: SamplerOptions, own: OwnParts): Sampler {
  const { eta, churn, variance, guidance = model.sampling.guidance, sampler: asked } = options
  const wanted = asked ?? model.sampling.sampler
  const { scheduled } = model.sampling
  const plain =
    ownSampler(wanted, own) ?? (asked === undefined ? (scheduled ?? recorded(wanted, own)) : find(wanted, own))
  const { name } = plain
  requireOwnJumps(model.sampling, name, options)
  if (eta !== undefined) return variant('eta', withEta, name)(eta)
  if (churn !== undefined) return variant('churn', withChurn, name)(churn)
  if (variance !== undefined && name !== 'ddpm') throw misplaced('variance', ['ddpm'], name)
  const learned = learnsVariance(model.network)
  if (needsData(plain) && guidance !== 0) {
    throw new TweedieError(
      'usage',
      `\`guidance\` changes the mean, and ${name} measures the variance of the model's own`,
      {
        hint: '`sampler: ddpm`',
      },
    )
  }
  const wantsLearned = variance === 'learned' || name === 'ddpm-learned'
  if (wantsLearned && !learned) {
    throw new TweedieError('usage', 'the model has learned no variances', {
      hint: '`sampler: ddpm` with `variance: small`; training with `learnVariance` learns them',
    })
  }
  if (wantsLearned && guidance !== 0) {
    throw new TweedieError(
      'usage',
      '`guidance` changes the mean, and the learned variance is not that of the new one',
      {
        hint: '`sampler: ddpm` with `variance: small`',
      },
    )
  }
  if (name !== 'ddpm') return plain
  return withVariance[variance ?? (learned && guidance === 0 ? 'learned' : fixedVariance(model.sampling))]()
}

/** The variance of DDPM's steps where it is not learned. */
const fixedVariance = ({ variance }: Sampling): 'small' | 'large' => (variance === 'large' ? 'large' : 'small')

function timesFor(
  { name }: Sampler,
  { schedule, sampling }: Pick<Sampled, 'schedule' | 'sampling'>,
  { steps, spacing, times }: SamplerOptions,
): readonly number[] {
  if (times) return times
  if (!adaptive.has(name)) {
    const count = steps ?? sampling.steps
    return spacing === undefined ? sampling.times(count) : timesOf(schedule, count, spacing)
  }
  const unused = steps !== undefined ? 'steps' : spacing !== undefined ? 'spacing' : undefined
  // the ends, and the start of the last step to clean data
  if (unused === undefined) return timesOf(schedule, 2, 'log-snr')
  throw new TweedieError('usage', `\`${unused}\`: the sampler ${name} chooses its steps itself`, {
    hint: 'leave it out',
  })
}

/** The user's own sampler of this name, if there is one. */
function ownSampler(name: string | undefined, { samplers: own = {} }: OwnParts): Sampler | undefined {
  if (name === undefined || !Object.hasOwn(own, name)) return undefined
  const made = ownMade(`the sampler ${name}`, own[name]!, [['plan', 'run']])
  if (!('masksOnly' in made)) return made
  throw new TweedieError('usage', `own.samplers.${name} is a sampler of tokens, and the model's noise is Gaussian`)
}

/** The sampler that a folder names. */
function recorded(name: string, own: OwnParts): Sampler {
  try {
    return find(name, own)
  } catch (cause) {
    throw missingSampler(name, cause)
  }
}

function find(name: string, own: OwnParts): Sampler {
  if (name === 'analytic-dpm' || name === analyticDdpm.name) return analyticDdpm
  if (name === analyticDdim.name) return analyticDdim
  try {
    return samplerByName(name)
  } catch (cause) {
    const ownNames = Object.keys(own.samplers ?? {})
    const near = suggest(name, [
      ...[...samplers.map(({ sampler }) => sampler), ...measuredSamplers].map((sampler) => sampler.name),
      ...ownNames,
    ])
    const hint = `${near ? `did you mean ${near}? ` : ''}'tweedie samplers' lists all of them`
    throw new TweedieError('usage', `there is no sampler '${name}' for Gaussian noise`, { hint, cause })
  }
}

function variant(
  option: string,
  family: Readonly<Record<string, (value: number) => Sampler>>,
  name: string,
): (value: number) => Sampler {
  if (Object.hasOwn(family, name)) return family[name]!
  throw misplaced(option, Object.keys(family), name)
}

function misplaced(option: string, allowed: readonly string[], name: string): TweedieError {
  const plural = allowed.length > 1 ? 's' : ''
  return new TweedieError('usage', `\`${option}\` is for the sampler${plural} ${allowed.join(', ')}, not for ${name}`, {
    hint: `\`sampler: ${allowed[0]}\``,
  })
}

/** All tableaux of order two and more, made into samplers. */
function rungeKuttas(
  make: (tableau: (typeof tableaux)[keyof typeof tableaux], value: number) => Sampler,
): Record<string, (value: number) => Sampler> {
  const { euler: _, ...rest } = tableaux
  return Object.fromEntries(
    Object.entries(rest).map(([name, tableau]) => [name, (value: number) => make(tableau, value)]),
  )
}

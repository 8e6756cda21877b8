/** From the options of `tweedie train` to what a specification is made of; what makes no sense together is refused by name. */
import { defaultInputView } from '../diffusion/denoise/input-view.ts'
import { learnsVariance } from '../diffusion/denoise/objectives/learned-variance.ts'
import { TweedieError } from '../errors.ts'
import { classesOf } from '../engine/nn/condition-spec.ts'
import type { Network } from '../engine/nn/network.ts'
import { scheduleOfNoise } from '../diffusion/noise/named.ts'
import type { ScheduleName } from '../diffusion/noise/named.ts'
import type { Choices } from '../families/values/defaults.ts'
import type { DataSource } from '../tools/train/node/run-folder.ts'
import type { AnyTrainSpec, Budget, TrainSpec } from '../families/spec.ts'
import { noiseSchedules, noiseTables, scheduleNumbers } from '../families/choices.ts'
import { kebab } from './option-name.ts'
import { objectives } from './train-objectives.ts'
import type { NamedObjective } from './train-objectives.ts'
import type { TrainCommandOptions } from './train.ts'

/**
 * The options as a specification's choices, all but the network's file.
 *
 * @throws TweedieError `usage` for options that contradict each other
 */
export function choicesOf(options: TrainCommandOptions): Choices {
  const { seed, batch, patch, flip, labelDropout, times, sigmaData, input } = options
  const { rate, warmup, decay, weightDecay, clip, ema, widths, depth, attention } = options
  const recipe: NamedObjective = options.objective === undefined ? { meaning: '' } : objectives[options.objective]
  requireAgreement(options, recipe)
  requireOwnNetwork(options)
  const noise = noiseOf(options, recipe)
  const learnVariance = options.learnVariance ?? recipe.learnVariance
  if (learnVariance && noise && 'schedule' in noise) {
    const name = options.learnVariance ? '--learn-variance' : `--objective ${options.objective}`
    throw new TweedieError(
      'usage',
      `${name} is for tables of noise levels, and ${noise.schedule} is a schedule in continuous time`,
      {
        hint: '--noise linear',
      },
    )
  }
  const objective = {
    parametrisation: options.parametrisation ?? recipe.parametrisation,
    weighting: options.weighting ?? recipe.weighting,
    weightingOptions: weightingOptionsOf(options),
    labelDropout,
    sigmaData,
    input,
    ...(times && { times: { name: times } }),
  }
  requireBounded(objective.parametrisation, noise)
  return {
    budget: budgetOf(options),
    seed,
    batch,
    patch,
    flip,
    objective,
    noise,
    learnVariance,
    optimizer: { rate, warmup, decay, weightDecay, clipNorm: clip, ema },
    unet: { widths, depth, attention },
  }
}

/**
 * Refuses options that would change nothing: whoever types them expects otherwise.
 *
 * @param spec what the options have led to
 */
export function requireEffect(options: TrainCommandOptions, spec: TrainSpec, network: Network): void {
  const { objective } = spec
  const { parametrisation, weighting } = objective
  for (const { option, value, weightings } of weightingNumbers(options)) {
    if (value === undefined || weightings.includes(weighting)) continue
    throw new TweedieError(
      'usage',
      `--${option} is for the weighting ${weightings.join(' or ')}, not for ${weighting}`,
      {
        hint: `--weighting ${weightings[0]}`,
      },
    )
  }
  if (options.sigmaData !== undefined && parametrisation !== 'edm' && weighting !== 'edm') {
    const view = objective.input ?? defaultInputView(scheduleOfNoise(spec.noise), parametrisation)
    if (view !== 'noise') {
      throw new TweedieError(
        'usage',
        `--sigma-data is for edm, and this is ${parametrisation} with weighting ${weighting}`,
        {
          hint: '--parametrisation edm',
        },
      )
    }
  }
  if (options.learnVariance && !learnsVariance(network)) {
    throw new TweedieError('usage', '--learn-variance: the network of --network has no channels for variances', {
      hint: 'leave out_channels out of it, or give it twice as many',
    })
  }
  if (options.labelDropout !== undefined && classesOf(network) === 0) {
    throw new TweedieError('usage', '--label-dropout: there are no classes to leave out', {
      hint: options.unconditional ? 'without --unconditional there may be' : 'it is for labelled data',
    })
  }
  if (network.inputShape.length === 3) return
  for (const name of ['attention', 'flip'] as const) {
    if (options[name] !== undefined) throw new TweedieError('usage', `--${name} is for images`)
  }
}

/** The budget that was asked for. */
export function budgetOf({ steps, epochs, minutes }: TrainCommandOptions): Budget | undefined {
  if (steps !== undefined) return { steps }
  if (epochs !== undefined) return { epochs }
  return minutes === undefined ? undefined : { minutes }
}

/** Where the data come from. */
export function sourceOf(path: string, options: TrainCommandOptions): DataSource {
  const { size, crop, channels, items, unconditional, holdOut } = options
  return { path, size, crop, channels, length: items, unlabelled: unconditional, holdOut }
}

/** What may change when a run is resumed: how long, and how fast. */
export function resumedSpec<Spec extends AnyTrainSpec>(spec: Spec, options: TrainCommandOptions): Spec {
  const budget = budgetOf(options) ?? spec.budget
  return {
    ...spec,
    budget,
    optimizer: { ...spec.optimizer, ...(options.rate !== undefined && { rate: options.rate }) },
  }
}

/** A recipe's name and a part of another do not go together. */
function requireAgreement(options: TrainCommandOptions, recipe: NamedObjective): void {
  for (const part of ['parametrisation', 'weighting'] as const) {
    const [said, meant] = [options[part], recipe[part]]
    if (said === undefined || meant === undefined || said === meant) continue
    throw new TweedieError('usage', `--objective ${options.objective} is the ${part} ${meant}, not ${said}`, {
      hint: `leave out --objective, or --${part}`,
    })
  }
}

/** A network from a file has its own sizes. */
function requireOwnNetwork({ network, widths, depth, attention }: TrainCommandOptions): void {
  if (network === undefined) return
  const [extra] = Object.entries({ widths, depth, attention }).find(([, value]) => value !== undefined) ?? []
  if (extra === undefined) return
  throw new TweedieError('usage', `--${extra} is for the default network, and --network names another`, {
    hint: `change it in ${network}`,
  })
}

/** A table of levels, or a schedule in continuous time with its numbers. */
export function noiseOf(options: TrainCommandOptions, recipe: NamedObjective): Choices['noise'] {
  const { levels } = options
  const name = options.noise ?? options.schedule ?? recipe.noise
  const schedule = noiseSchedules.find((each) => each === name)
  const numbers = numbersOf(options)
  for (const option of Object.keys(numbers) as (keyof typeof scheduleNumbers)[]) {
    const takers = scheduleNumbers[option]
    if (schedule !== undefined && takers.includes(schedule)) continue
    const got = schedule ?? (name === undefined ? 'the default is a table of levels' : `${name} is a table of levels`)
    const why = schedule === undefined ? `, and ${got}` : `, not for ${got}`
    throw new TweedieError('usage', `--${kebab(option)} is for the noise ${takers.join(', ')}${why}`, {
      hint: schedule === undefined ? `--noise ${takers[0]}` : takesText(schedule),
    })
  }
  if (schedule === undefined) return { table: noiseTables.find((each) => each === name), levels }
  if (levels === undefined) return { schedule, ...numbers }
  throw new TweedieError('usage', `--levels is for tables, and ${schedule} is a schedule in continuous time`)
}

function takesText(schedule: ScheduleName): string {
  const taken = Object.entries(scheduleNumbers).filter(([, takers]) => takers.includes(schedule))
  return `${schedule} takes ${taken.map(([option]) => `--${kebab(option)}`).join(', ')}`
}

/** The numbers of a schedule that were given. */
function numbersOf({ betaMin, betaMax, sigmaMin, sigmaMax, shift }: TrainCommandOptions) {
  const given = Object.entries({ betaMin, betaMax, sigmaMin, sigmaMax, shift }).filter(([, x]) => x !== undefined)
  return Object.fromEntries(given) as Partial<Record<keyof typeof scheduleNumbers, number>>
}

/** The numbers of weightings, and which have them. */
function weightingNumbers({ weightingGamma, weightingK, weightingBias }: TrainCommandOptions) {
  return [
    { option: 'weighting-gamma', value: weightingGamma, weightings: ['min-snr', 'p2'] },
    { option: 'weighting-k', value: weightingK, weightings: ['p2'] },
    { option: 'weighting-bias', value: weightingBias, weightings: ['sigmoid'] },
  ]
}

function weightingOptionsOf({ weightingGamma: gamma, weightingK: k, weightingBias: bias }: TrainCommandOptions) {
  if (gamma === undefined && k === undefined && bias === undefined) return undefined
  return {
    ...(gamma !== undefined && { gamma }),
    ...(k !== undefined && { k }),
    ...(bias !== undefined && { bias }),
  }
}

/** Velocities α′ x₀ + σ′ ε that grow without bound, where the noise does or where it begins like √t. */
function requireBounded(parametrisation: string | undefined, noise: Choices['noise']): void {
  const schedule = noise && 'schedule' in noise ? noise.schedule : undefined
  if (parametrisation !== 'flow' || (schedule !== 'vp' && schedule !== 've' && schedule !== 'edm')) return
  throw new TweedieError('usage', `flow on ${schedule}: the velocity α′ x₀ + σ′ ε has no bound there`, {
    hint: `predict ${schedule === 'vp' ? 'v' : 'edm'}, or take the noise rectified-flow`,
  })
}

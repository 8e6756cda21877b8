/**
 * From the options of training to the choices of a specification. Options that make no sense together are refused by
 * name.
 */
import type { WeightingName } from '../../diffusion/denoise/weighting.ts'
import type { ScheduleName } from '../../diffusion/noise/named.ts'
import { networkClasses } from '../../engine/nn/network-classes.ts'
import { TweedieError } from '../../errors.ts'
import type { ValuesOf } from '../../options.ts'
import { type SharedTrainValues, sharedChoices } from '../base-spec.ts'
import { weightings } from '../choices.ts'
import { networkChoice } from '../network-choice.ts'
import { type NoiseChoice, noiseOf } from '../noise-choice.ts'
import type { OwnComponents } from '../own-parts.ts'
import { ownPart, requireChoice } from '../part.ts'
import type { Choices } from './defaults.ts'
import type { trainOptions } from './options/train.ts'
import { usualGiven } from './frames/given-condition.ts'
import { type Recipe, recipeNames, recipeOf } from './recipes.ts'

/** The options as they are given. */
export type TrainValues = SharedTrainValues & ValuesOf<typeof trainOptions>

/**
 * The options as choices.
 *
 * @throws TweedieError `usage` for options that contradict each other
 */
export function choicesOf(options: TrainValues, own: OwnComponents): Choices {
  const { patch, flip, labelDropout, times, sigmaData, input, preset, widths, depth, attention } = options
  const { dropout, classStd, zeroInit } = options
  requireChoice(own, 'objectives', { option: 'objective', name: options.objective, builtIn: recipeNames })
  requireChoice(own, 'weightings', { option: 'weighting', name: options.weighting, builtIn: weightings })
  const recipe = recipeOf(options.objective, own)
  requireAgreement(options, recipe)
  const network = networkChoice(options, own, networkClasses)
  if (preset !== undefined && network !== undefined) {
    throw new TweedieError(
      'usage',
      `\`preset: ${preset}\` is a size of the default network, and there is another one`,
      {
        hint: 'leave out `preset`; `batch` sets how many items a step has',
      },
    )
  }
  const noise = noiseOf(options, recipe.noise, own)
  const learnVariance = options.learnVariance ?? recipe.learnVariance
  if (learnVariance && 'schedule' in noise) {
    const name = options.learnVariance ? '`learnVariance`' : `\`objective: ${options.objective}\``
    throw new TweedieError(
      'usage',
      `${name} is for tables of noise levels, and ${noise.schedule} is a schedule in continuous time`,
      { hint: '`noise: linear`' },
    )
  }
  const parametrisation = options.parametrisation ?? recipe.parametrisation
  requireBounded(parametrisation, noise, own)
  return {
    ...sharedChoices(options),
    patch,
    flip,
    given: options.givenFrames ? usualGiven : undefined,
    objective: {
      parametrisation,
      weighting: (options.weighting ?? recipe.weighting) as WeightingName | undefined,
      weightingOptions: weightingOptionsOf(options),
      labelDropout,
      sigmaData,
      input,
      loss: recipe.loss,
      learnedWeights: options.learnedWeights ? true : undefined,
      ...(times && { times: { name: times } }),
    },
    noise,
    learnVariance,
    preset,
    unet: { widths, depth, attention },
    network,
    changes: { dropout, classStd, zeroInit },
    // where it is asked for, the network is looked at first
    ...((options.selfConditioning !== undefined || options.stylePictures) && { selfConditioning: false }),
  }
}

/** A recipe's name and a part of another do not fit together. */
function requireAgreement(options: TrainValues, recipe: Recipe): void {
  for (const part of ['parametrisation', 'weighting'] as const) {
    const [asked, meant] = [options[part], recipe[part]]
    if (asked === undefined || meant === undefined || asked === meant) continue
    throw new TweedieError('usage', `\`objective: ${options.objective}\` is the ${part} ${meant}, not ${asked}`, {
      hint: `leave out \`objective\`, or \`${part}\``,
    })
  }
}

function weightingOptionsOf({ weightingGamma: gamma, weightingK: k, weightingBias: bias }: TrainValues) {
  if (gamma === undefined && k === undefined && bias === undefined) return undefined
  return {
    ...(gamma !== undefined && { gamma }),
    ...(k !== undefined && { k }),
    ...(bias !== undefined && { bias }),
  }
}

const unbounded: ReadonlySet<ScheduleName> = new Set<ScheduleName>(['vp', 've', 'edm'])

/** Refuses velocities α′ x₀ + σ′ ε that grow without bound, because the noise does or begins like √t. */
function requireBounded(parametrisation: string | undefined, noise: NoiseChoice, own: OwnComponents): void {
  if (parametrisation !== 'flow' || !('schedule' in noise) || !unbounded.has(noise.schedule)) return
  if (ownPart(own, 'schedules', noise.schedule) !== undefined) return
  throw new TweedieError('usage', `flow on ${noise.schedule}: the velocity α′ x₀ + σ′ ε has no bound there`, {
    hint: `predict ${noise.schedule === 'vp' ? 'v' : 'edm'}, or take the noise rectified-flow`,
  })
}

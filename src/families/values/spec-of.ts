/** From data and options to the specification of a training run. */
import { defaultInputView } from '../../diffusion/denoise/input-view.ts'
import { learnsVariance } from '../../diffusion/denoise/objectives/learned-variance.ts'
import { scheduleOfNoise } from '../../diffusion/noise/named.ts'
import { classesOf } from '../../engine/nn/condition-spec.ts'
import type { Network } from '../../engine/nn/network.ts'
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, classCount } from '../../files/data/dataset.ts'
import { calendarSize } from '../../files/data/fields/calendar.ts'
import type { WindowedData } from '../../files/data/windows.ts'
import { firstOf, type OptionTable, type OptionValues } from '../../options.ts'
import type { OwnParts } from '../family.ts'
import { mainNetwork } from '../../tools/train/parts.ts'
import { styleOptions } from '../pictured/options/train.ts'
import { type AugmentSpec, augmentSpecOf } from './augmented/augment-spec.ts'
import { captionOptions } from '../words/options/train.ts'
import { loadedNetwork } from '../loaded-network.ts'
import { fromNothing, preconditionOf } from './preconditioned/precondition-spec.ts'
import { choicesOf, type TrainValues } from './choices-of.ts'
import { specByDefault } from './defaults.ts'
import { valueProblem } from './problem.ts'
import { toldOfEstimates } from './self-conditioned/told-of-estimates.ts'
import { asksFewSteps, refuseFewSteps } from './few-steps-asked.ts'
import type { TaughtData } from './teacher.ts'
import { checkSpec, type TrainSpec } from './spec.ts'

/**
 * The specification. What an option stands for is loaded where it, or another of its kind, is given.
 *
 * @throws TweedieError `usage` for options that contradict each other, the data, or change nothing
 */
export async function specOf(data: ArrayDataset, values: OptionValues, own: OwnParts): Promise<TrainSpec> {
  const { teacher } = data as TaughtData
  const few = asksFewSteps(values as TrainValues)
  if (!few) refuseFewSteps(values as TrainValues)
  const fewSteps = few ? (await import('./few-steps-spec.ts')).fewStepsOf(values as TrainValues, teacher) : undefined
  const student = values.distil === undefined ? undefined : await import('./student.ts')
  const taught = student !== undefined
  const options: TrainValues = student?.optionsOfStudent(data, teacher!, values) ?? values
  if (options.objective === 'diffusion-lm') {
    throw new TweedieError('usage', `\`objective: diffusion-lm\` is for text, and ${data.name} is none`)
  }
  if (options.givenFrames && (data.kind !== 'video' || fewSteps)) {
    throw new TweedieError('usage', '`givenFrames` is for videos, and not for sampling in few steps')
  }
  const given = (table: OptionTable): boolean => firstOf(options as OptionValues, table) !== undefined
  const words = given(captionOptions) ? await import('../words/caption-spec-of.ts') : undefined
  const captions = words?.captionSpecOf(data, options)
  const styles = given(styleOptions) ? await import('../pictured/style-spec-of.ts') : undefined
  const style = styles?.styleSpecOf(data, options)
  const augment = augmentSpecOf(data, options)
  // a picture takes the place of its class
  const classes = style ? 0 : classCount(data)
  const { kind, shape, length } = data
  const { window, calendar } = data as Partial<WindowedData>
  const setting = { kind, shape, length, classes, ...(calendar && { timeFeatures: calendarSize(calendar) }) }
  const choices = { ...choicesOf(options, own), captions, fewSteps: few }
  const contextOf = captions && (await import('../words/context-config.ts')).contextConfig
  const made = specByDefault(setting, choices, contextOf)
  const known = window ? { ...made, window } : made
  const styled = style ? { ...known, network: styles!.styledNetwork(known.network), style } : known
  const told = augment ? await transformed(styled, augment) : styled
  const usual = options.selfConditioning ? await recalling(told, { fewSteps: few, kind }, own) : told
  const sampled = fewSteps ? { ...(student?.likeTeacher(usual, teacher!, options) ?? usual), fewSteps } : usual
  const variances = learnsVariance(await loadedNetwork(sampled.network, own))
  const precondition = preconditionOf(options.precondition, data, sampled, {
    fewSteps: fewSteps !== undefined,
    variances,
  })
  const spec: TrainSpec = precondition ? { ...sampled, network: fromNothing(sampled.network), precondition } : sampled
  if (augment && taught) {
    throw new TweedieError('usage', '`augment`: a student learns from its teacher, which is not told of transforms', {
      hint: 'leave `augment` out, or `distil`',
    })
  }
  if (options.learnedWeights) {
    const { requireWeighable } = await import('./learned-weights.ts')
    requireWeighable(options, {
      distil: taught,
      objective: fewSteps !== undefined || spec.objective.loss !== undefined,
      learnVariance: variances,
    })
  }
  if (options.dropout !== undefined && fewSteps) {
    throw new TweedieError('usage', '`dropout`: sampling in few steps is learned without', {
      hint: 'leave `dropout` out',
    })
  }
  if (captions && fewSteps) {
    throw new TweedieError('usage', '`captions`: sampling in few steps is not learned from captions', {
      hint: 'train without `distil`, or without `captions`',
    })
  }
  checkSpec(spec, own)
  requireEffect(options, data, spec, mainNetwork(await valueProblem(spec, data, own)), own)
  return spec
}

/** With a network that is told of transforms. */
async function transformed(spec: TrainSpec, augment: AugmentSpec): Promise<TrainSpec> {
  const { toldOfTransforms } = await import('./augmented/augmentation.ts')
  return { ...spec, network: toldOfTransforms(spec.network), augment }
}

/**
 * With a network that is told its own estimates.
 *
 * @throws TweedieError `usage` where there are none to tell, or no way to
 */
async function recalling(
  spec: TrainSpec,
  { fewSteps, kind }: { readonly fewSteps: boolean; readonly kind: string },
  own: OwnParts,
): Promise<TrainSpec> {
  const { inputShape } = await loadedNetwork(spec.network, own)
  return toldOfEstimates(spec, { inputShape, fewSteps, kind })
}

/** Refuses options that would have no effect. */
function requireEffect(
  options: TrainValues,
  data: ArrayDataset,
  spec: TrainSpec,
  network: Network,
  own: OwnParts,
): void {
  const { objective } = spec
  const { parametrisation, weighting } = objective
  for (const { option, value, weightings } of weightingNumbers(options)) {
    if (value === undefined || weightings.includes(weighting)) continue
    throw new TweedieError(
      'usage',
      `\`${option}\` is for the weighting ${weightings.join(' or ')}, not for ${weighting}`,
      { hint: `\`weighting: ${weightings[0]}\`` },
    )
  }
  if (options.sigmaData !== undefined && parametrisation !== 'edm' && weighting !== 'edm') {
    const view = objective.input ?? defaultInputView(scheduleOfNoise(spec.noise, own.schedules), parametrisation)
    if (view !== 'noise') {
      throw new TweedieError(
        'usage',
        `\`sigmaData\` is for edm, and this is ${parametrisation} with weighting ${weighting}`,
        { hint: '`parametrisation: edm`' },
      )
    }
  }
  if (options.learnVariance && !learnsVariance(network)) {
    throw new TweedieError('usage', '`learnVariance`: the chosen `network` has no channels for variances', {
      hint: 'leave out_channels out of it, or give it twice as many',
    })
  }
  if (options.labelDropout !== undefined && classesOf(network) === 0) {
    throw new TweedieError('usage', '`labelDropout`: there are no classes to leave out', {
      hint: (options as OptionValues).unconditional
        ? 'without `unconditional` there may be'
        : 'it is for labelled data',
    })
  }
  if (network.inputShape.length === 3 && !(options.flip && data.kind === 'fields')) return
  if (data.kind === 'video') return
  for (const name of ['attention', 'flip'] as const) {
    if (options[name] !== undefined) throw new TweedieError('usage', `\`${name}\` is for images and videos`)
  }
}

/** The parameters of weightings, and the weightings that have them. */
function weightingNumbers({ weightingGamma, weightingK, weightingBias }: TrainValues) {
  return [
    { option: 'weightingGamma', value: weightingGamma, weightings: ['min-snr', 'p2'] },
    { option: 'weightingK', value: weightingK, weightings: ['p2'] },
    { option: 'weightingBias', value: weightingBias, weightings: ['sigmoid'] },
  ]
}

/** A model under guidance: by its own classes, by a weaker model, by a classifier. */
import type { Denoiser } from '../../diffusion/denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import { classifierFree, type GuidanceManner, guidedAway } from '../../diffusion/guidance/cfg.ts'
import { classifierGuided } from '../../diffusion/guidance/classifier.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { type ModelDenoiser, modelDenoiser, type ModelDenoiserOptions } from '../../compiled/denoiser.ts'
import { modelClassGradient, type ModelClassGradient } from './class-gradient.ts'
import type { NoisyClassifier } from './noisy-classifier.ts'
import type { Model } from './model.ts'

/** What guides a model. */
export interface ModelGuidance extends GuidanceManner {
  /** w of (w + 1) ε_c − w ε: 0 (default) is the model as it is, 1 to 4 wants more of the class, −1 forgets it. */
  readonly w?: number | undefined
  /** The class to guide away from, instead of from no class. */
  readonly negative?: number | undefined
  /** A worse version of the model to guide away from instead: smaller, or trained for less long (autoguidance). */
  readonly weak?: Model | undefined
  /** A noise-aware classifier that pulls towards the class as well. */
  readonly classifier?: NoisyClassifier | undefined
  /** s of the classifier; default 1. */
  readonly classifierScale?: number | undefined
}

/** A guided denoiser, with what it holds. */
export interface GuidedModel extends Disposable {
  readonly denoiser: Denoiser
  /** The class of each item of a batch, or of its first ones. */
  setLabels(labels: ArrayLike<number>): void
  dispose(): void
}

/**
 * Compiles a model under guidance. With classes or negative classes both halves are one evaluation of twice the batch.
 *
 * @throws TweedieError `usage` where model and guidance do not go together
 */
export async function guidedModel(
  model: Model,
  engine: Engine,
  guidance: ModelGuidance,
  options: ModelDenoiserOptions,
): Promise<GuidedModel> {
  const { w = 0, negative, weak, classifier, classifierScale, ...manner } = guidance
  const { batch } = options
  const { classes } = model.network
  const halves = w !== 0 && !weak
  if (weak) requireAlike(model, weak)
  if (halves) requireGuidable(model, negative)
  const parts: (ModelDenoiser | ModelClassGradient)[] = []
  const dispose = (): void => parts.splice(0).forEach((part) => part.dispose())
  try {
    const own = await modelDenoiser(model, engine, { ...options, batch: halves ? 2 * batch : batch })
    parts.push(own)
    let denoiser: Denoiser = own
    const other = weak && (await modelDenoiser(weak, engine, { ...options, ranges: undefined }))
    if (other) parts.push(other)
    if (other) denoiser = guidedAway(own, other, { w, ...manner })
    else if (halves) denoiser = classifierFree(own, { w, batch, ...manner })
    const { device, threads } = options
    const session = { batch, ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
    const gradient = classifier && (await modelClassGradient(classifier, model, engine, session))
    if (gradient) {
      parts.push(gradient)
      denoiser = classifierGuided(denoiser, gradient.gradient, {
        ...(classifierScale !== undefined && { scale: classifierScale }),
        ...(manner.interval && { interval: manner.interval }),
      })
    }
    return {
      denoiser,
      setLabels(labels) {
        if (!classes && !gradient) own.setLabels(labels)
        if (classes) own.setLabels(halves ? withoutLabels(labels) : labels)
        if (weak?.network.classes) other!.setLabels(labels)
        gradient?.setLabels(labels)
      },
      dispose,
      [Symbol.dispose]: dispose,
    }
  } catch (error) {
    dispose()
    throw error
  }

  /** Classes of a batch whose second half has none, or the negative one. */
  function withoutLabels(labels: ArrayLike<number>): Int32Array {
    const both = new Int32Array(2 * batch).fill(negative ?? model.unconditionalLabel!, batch)
    both.set(labels)
    return both
  }
}

/** Whether a guidance changes the mean at all. */
export function guides({ w = 0, classifier, classifierScale = 1 }: ModelGuidance): boolean {
  return w !== 0 || (classifier !== undefined && classifierScale !== 0)
}

function requireGuidable({ unconditionalLabel, network, classNames }: Model, negative: number | undefined): void {
  if (network.classes > 0 && negative !== undefined) {
    if (Number.isInteger(negative) && negative >= 0 && negative < classNames.length) return
    throw new TweedieError(
      'usage',
      `negative class ${negative}: the model has the classes 0 … ${classNames.length - 1}`,
    )
  }
  if (unconditionalLabel !== undefined) return
  const why = network.classes === 0 ? 'it knows no classes' : 'no label was ever left out in its training'
  throw new TweedieError('usage', `the model cannot be guided: ${why}`, {
    hint: 'train on labelled data with `labelDropout: 0.1`, or guide by a weaker model or a classifier',
  })
}

/** A weaker model must speak of the same items, in the same patches and at the same noise. */
function requireAlike({ frame, schedule }: Model, weak: Model): void {
  const same =
    frame.network.join() === weak.frame.network.join() &&
    frame.item.join() === weak.frame.item.join() &&
    [0.1, 0.5, 0.9].every((t) => Math.abs(schedule.logSnr(t) - weak.schedule.logSnr(t)) < 1e-6)
  if (same) return
  throw new TweedieError('usage', 'the weaker model is of other items, patches or noise than the model', {
    hint: 'train it on the same data with the same `patch` and `noise`',
  })
}

/** A model under guidance: by its own classes, by a weaker model, by a classifier. */
import type { Conditions } from '../../diffusion/denoise/conditions.ts'
import type { DenoiseContext, Denoiser, FloatArray } from '../../diffusion/denoise/denoiser.ts'
import { estimateName, takesEstimates } from '../../diffusion/denoise/self-conditioned.ts'
import { TweedieError } from '../../errors.ts'
import { classifierFree, type GuidanceManner, guidedAway } from '../../diffusion/guidance/cfg.ts'
import { composedItems } from '../../diffusion/guidance/composed-items.ts'
import { classifierGuided } from '../../diffusion/guidance/classifier.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import { nothing } from '../../compiled/condition-feeds.ts'
import { type ModelDenoiser, modelDenoiser, type ModelDenoiserOptions } from '../../compiled/denoiser.ts'
import { classesOf } from '../../engine/nn/condition-spec.ts'
import { requirePosterior } from './jumps.ts'
import { modelClassGradient, type ModelClassGradient } from './class-gradient.ts'
import type { NoisyClassifier } from './noisy-classifier.ts'
import type { Model } from './model.ts'

/** The settings of guidance. */
export interface ModelGuidance extends GuidanceManner {
  /** w of (w + 1) ε_c − w ε: 0 (default) is the model itself, 1 to 4 push further towards the class, −1 ignores it. */
  readonly w?: number | undefined
  /** The class to guide away from, instead of from no class. */
  readonly negative?: number | undefined
  /** What stands for "nothing" of conditions, or is to be avoided, for one item, by name; by default what was left out in training. */
  readonly away?: Conditions | undefined
  /** How many prompts an item has at most, each a condition with a weight; default 1. They come with each call, as `packedTerms` has them. */
  readonly terms?: number | undefined
  /** A worse version of the model to guide away from instead: smaller, or trained for less long (autoguidance). */
  readonly weak?: Model | undefined
  /** A classifier of noisy data that pulls towards the class as well. */
  readonly classifier?: NoisyClassifier | undefined
  /** s of the classifier; default 1. */
  readonly classifierScale?: number | undefined
}

/** A guided denoiser that owns its compiled parts. */
export interface GuidedModel extends Disposable {
  /** For batches up to the one that it was compiled for; the classes come with each call, as its condition `labels`. */
  readonly denoiser: Denoiser
  dispose(): void
}

/** The source of compiled parts. */
export interface GuidedParts {
  /** A denoiser for batches of this size. */
  denoiser(model: Model, batch: number): Promise<ModelDenoiser>
  classGradient(classifier: NoisyClassifier, batch: number): Promise<ModelClassGradient>
}

/**
 * Compiles a model under guidance. With classes or negative classes both halves are one evaluation of twice the batch.
 *
 * @throws TweedieError `usage` where model and guidance do not fit together
 */
export async function guidedModel(
  model: Model,
  engine: Engine,
  guidance: ModelGuidance,
  options: ModelDenoiserOptions,
): Promise<GuidedModel> {
  const parts: Disposable[] = []
  const dispose = (): void => parts.splice(0).forEach((part) => part[Symbol.dispose]())
  const { device, threads } = options
  const session = { ...(device !== undefined && { device }), ...(threads !== undefined && { threads }) }
  try {
    const denoiser = await guidedDenoiser(model, guidance, options.batch, {
      async denoiser(each, batch) {
        const ranges = each === model ? options.ranges : undefined
        const made = await modelDenoiser(each, engine, { ...options, batch, ranges })
        parts.push(made)
        return made
      },
      async classGradient(classifier, batch) {
        const made = await modelClassGradient(classifier, model, engine, { ...session, batch })
        parts.push(made)
        return made
      },
    })
    return { denoiser, dispose, [Symbol.dispose]: dispose }
  } catch (error) {
    dispose()
    throw error
  }
}

/**
 * A model under guidance, made of parts that the caller compiles and keeps.
 *
 * @throws TweedieError `usage` where model and guidance do not fit together, before anything is compiled
 */
export async function guidedDenoiser(
  model: Model,
  guidance: ModelGuidance,
  batch: number,
  parts: GuidedParts,
): Promise<Denoiser> {
  const { w = 0, negative, away: known = {}, terms = 1, weak, classifier, classifierScale, ...manner } = guidance
  const halves = (w !== 0 || terms > 1) && !weak
  requireUnguided([model, weak], guidance)
  if (weak) {
    requireAlike(model, weak)
    requireOneLanguage(model, weak)
  }
  if (halves) requireGuidable(model, negative, known)
  const compiled = await parts.denoiser(model, halves ? (1 + terms) * batch : batch)
  const own = withOwnIf(classifier, compiled, model)
  let denoiser: Denoiser = own
  if (weak) denoiser = guidedAway(own, withOwnConditions(await parts.denoiser(weak, batch), weak), { w, ...manner })
  else if (halves) {
    const away = awayFrom(model, negative, known)
    if (terms > 1) denoiser = composedItems(own, { w, batch, terms, nothing: away, ...manner })
    const plain =
      leavesOut(manner) && terms === 1 ? withOwnIf(classifier, await parts.denoiser(model, batch), model) : undefined
    if (terms === 1) denoiser = classifierFree(own, { w, batch, nothing: away, plain, ...manner })
  }
  if (!classifier) return denoiser
  const { gradient } = await parts.classGradient(classifier, batch)
  return classifierGuided(denoiser, gradient, {
    ...(classifierScale !== undefined && { scale: classifierScale }),
    ...(manner.interval && { interval: manner.interval }),
  })
}

/** Whether there are times without guidance, whose steps need no second half. */
const leavesOut = ({ interval: [from, to] = [0, 1] }: GuidanceManner): boolean => from > 0 || to < 1

const withOwnIf = (classifier: NoisyClassifier | undefined, denoiser: ModelDenoiser, model: Model): Denoiser =>
  classifier ? withOwnConditions(denoiser, model) : denoiser

/** A denoiser that gets only the conditions that its model has: a classifier, or a stronger model, may have more. */
function withOwnConditions(denoiser: ModelDenoiser, { network }: Model): Denoiser {
  const { schedule, shape } = denoiser
  return Object.freeze({
    schedule,
    shape,
    denoise(x: FloatArray, t: number, { conditions = {}, ...context }: DenoiseContext = {}) {
      const known = Object.entries(conditions).filter(([name]) => Object.hasOwn(network.conditions, name))
      return denoiser.denoise(x, t, { ...context, conditions: Object.fromEntries(known) })
    },
  })
}

/** A weaker model gets the vectors of the stronger one's texts, so both must have the same encoders. */
function requireOneLanguage({ words }: Model, weak: Model): void {
  const theirs = weak.words?.encoders ?? []
  const isSame = theirs.every(({ weights }, i) => {
    const own = words?.encoders[i]?.weights
    return own === weights || (own?.length === weights.length && own.every((value, at) => value === weights[at]))
  })
  if (isSame) return
  throw new TweedieError(
    'usage',
    '`weak`: its text encoder is not that of the model, so that a text is not the same for both',
    {
      hint: 'both need one frozen encoder, `textEncoder: FOLDER`; or guide by `guidance` and `negative`',
    },
  )
}

/** Whether a guidance changes the mean at all. */
export function guides({ w = 0, terms = 1, classifier, classifierScale = 1 }: ModelGuidance): boolean {
  return w !== 0 || terms > 1 || (classifier !== undefined && classifierScale !== 0)
}

/** Refuses guidance of a model that only jumps, or by one. */
function requireUnguided(models: readonly (Model | undefined)[], guidance: ModelGuidance): void {
  if (!guides(guidance)) return
  for (const model of models) if (model) requirePosterior(model, '`guidance`')
}

/** What guidance leads away from: what was left out in training, what stands for it, or a class. */
export function awayFrom(model: Model, negative: number | undefined, away: Conditions = {}): Conditions {
  return { ...leftOut(model), ...away, ...(negative !== undefined && { labels: Int32Array.of(negative) }) }
}

/** "Nothing" of what is asked for. What the network estimated before is none of it: both halves are told the same. */
export function leftOut(model: Model): Conditions {
  const all = nothing(model)
  if (!takesEstimates(model.network)) return all
  const { [estimateName]: _, ...asked } = all
  return asked
}

/** @throws TweedieError `usage` for a model that knows no "nothing", and a class that it does not have */
export function requireGuidable(model: Model, negative: number | undefined, away: Conditions = {}): void {
  const { network, classNames } = model
  if (classesOf(network) > 0 && negative !== undefined) {
    if (Number.isInteger(negative) && negative >= 0 && negative < classNames.length) return
    throw new TweedieError(
      'usage',
      `negative class ${negative}: the model has the classes 0 … ${classNames.length - 1}`,
    )
  }
  if (Object.keys({ ...leftOut(model), ...away }).length > 0) return
  const why = classesOf(network) === 0 ? 'it has no classes' : 'no label was ever left out in its training'
  throw new TweedieError('usage', `the model cannot be guided: ${why}`, {
    hint: 'train on labelled data with `labelDropout: 0.1`, or guide by a weaker model or a classifier',
  })
}

/** Checks that a weaker model has the same items, patches and noise. */
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

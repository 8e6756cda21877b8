/** The ability to restore videos: from frames that are given, the others are drawn. */
import { TweedieError } from '../../../errors.ts'
import { itemSize } from '../../../files/data/dataset.ts'
import { classesAsked } from '../../class-numbers.ts'
import { defined } from '../../defined.ts'
import { type DrawnModel, drawnValues } from '../../drawn-values.ts'
import type { Drawn, Item, Setting } from '../../family.ts'
import { sessionOf } from '../../session-of.ts'
import { generate } from '../generate.ts'
import { requirePosterior } from '../jumps.ts'
import type { Model } from '../model.ts'
import { defaultRestoreSteps, restore } from '../restore.ts'
import type { RestoreValues } from '../restore-task.ts'
import { copyFrames, givenCondition, knowsGiven } from './given.ts'
import { givenName } from './given-condition.ts'
import { type Composed, longFrame } from './composed.ts'
import { lengthened, longer, ofLength } from './longer.ts'
import { type Known, knownFrames, observationOfFrames } from './restore-frames.ts'

/** The default number of answers. */
const defaultCount = 4

/** Of the measurement, for methods that take given frames for one. */
const defaultSigma = 0.02

/** The method for models that did not learn given frames: reconstruction guidance, as Ho et al. (2022) draw with it. */
const usualMethod = 'pigdm'

/** Options of other damages. */
const foreign = ['mask', 'factor', 'bicubic', 'kernel', 'simulate', 'prompt', 'style', 'negative'] as const

/**
 * Videos that go on from given frames, or fill in between. A model that learned given frames is told them; of any other, they are a measurement, and `method` draws. In the
 * answers, given frames are as they were given.
 *
 * @throws TweedieError `usage` for options that do not fit, `data` for frames that there are not
 */
export async function restoreVideo(model: Model, item: Item, asked: RestoreValues, setting: Setting): Promise<Drawn> {
  const { count = defaultCount, seed = 0, task = 'frames', given: wanted, length, sigma = defaultSigma } = asked
  requirePosterior(model, 'restoring')
  const strange = foreign.find((name) => asked[name] !== undefined)
  if (task !== 'frames' || strange !== undefined) {
    const what = strange === undefined ? `\`task: ${task}\`` : `\`${strange}\``
    throw new TweedieError('usage', `${what} is for models of images; of videos, frames are given`, {
      hint: '`given: 0-3`, or `given: first,last`; the library restores anything: see examples/signal.ts',
    })
  }
  const { overlap } = asked
  const told = knowsGiven(model.network) && asked.method === undefined && overlap === undefined
  // what is measured is drawn whole; what is told goes on block after block
  const isLong = length !== undefined || overlap !== undefined
  const half = Math.floor(model.frame.item[1]! / 2)
  const composed = isLong ? lengthened(model, { length, overlap: told ? undefined : (overlap ?? half) }) : undefined
  const whole = composed ? ofLength(model, composed.length) : model
  const known = await knownFrames(whole, item, wanted, setting)
  const draw = told ? drawTold : drawMeasured
  const method = told ? 'told' : (asked.method ?? usualMethod)
  const steps =
    asked.steps ?? (told ? model.sampling.steps : defaultRestoreSteps[method as keyof typeof defaultRestoreSteps])
  const request = { count, steps, asked, sigma, composed }
  const first = withKnown(whole, await draw(model, known, { ...request, seed }, setting), known)
  const items =
    length === undefined || composed
      ? first
      : await longer(model, length, async (block, conditions) =>
          block === 0 ? first : drawOn(model, conditions!, { ...request, seed: `${seed} block ${block}` }, setting),
        )
  setting.shards?.requireAll()
  return drawnValues(length === undefined ? model : ofLength(model, length), items, {
    how: {
      video: typeof item === 'string' ? item : null,
      given: known.given,
      method,
      steps: steps ?? null,
      seed,
      class: asked.class ?? null,
      ...defined({ guidance: asked.guidance, length, overlap }),
    },
    howText: `seed ${seed}, ${known.given.length} given frames, ${method}, ${steps} steps`,
  })
}

interface Request {
  readonly count: number
  readonly steps: number | undefined
  readonly asked: RestoreValues
  readonly sigma: number
  readonly composed: Composed | undefined
  readonly seed: number | string
}

/** The network is told the frames. */
function drawTold(model: Model, { video, given }: Known, request: Request, setting: Setting): Promise<Float32Array> {
  const one = givenCondition(model.frame, video, given)
  const all = new Float32Array(request.count * one.length)
  for (let i = 0; i < request.count; i++) all.set(one, i * one.length)
  return drawOn(model, { [givenName]: all }, request, setting)
}

/** @param conditions `[count, C + 1, T, H, W]` */
async function drawOn(
  model: Model,
  conditions: Readonly<Record<string, Float32Array | Int32Array>>,
  { count, steps, asked, seed }: Request,
  setting: Setting,
): Promise<Float32Array> {
  const none = model.unconditionalLabel
  const labels =
    classesAsked(model, asked.class, count) ?? (none === undefined ? undefined : new Int32Array(count).fill(none))
  const { items } = await generate(model, setting.engine, {
    ...sessionOf(setting),
    count,
    seed,
    batch: asked.batch,
    labels,
    conditions,
    shards: setting.shards,
    guidance: asked.guidance,
    ...(steps !== undefined && { times: model.sampling.times(steps) }),
    signal: setting.signal,
    onStep: ({ done, total }) =>
      setting.onProgress?.({ phase: 'restore', done: (count * done) / total, total: count, unit: 'videos' }),
  })
  return items
}

/** The frames are a measurement. */
async function drawMeasured(
  model: Model,
  known: Known,
  { count, steps, asked, sigma, seed, composed }: Request,
  setting: Setting,
): Promise<Float32Array> {
  const { iterations, gamma, zeta, lambda, resample, method = usualMethod } = asked
  const shape = composed ? longFrame(model, composed).item : model.frame.item
  const { items } = await restore(model, setting.engine, observationOfFrames(shape, known, sigma), {
    composed,
    ...sessionOf(setting),
    count,
    method,
    steps,
    seed,
    batch: asked.batch,
    labels: classesAsked(model, asked.class, count),
    guidance: asked.guidance,
    kept: setting.kept,
    shards: setting.shards,
    settings: { iterations, gamma, zeta, lambda, resample },
    signal: setting.signal,
    onStep: (done, total) => setting.onProgress?.({ phase: 'restore', done, total, unit: 'videos' }),
  })
  return items
}

/** Given frames as they were given. */
function withKnown({ frame }: DrawnModel, items: Float32Array, { video, given }: Known): Float32Array {
  const size = itemSize(frame.item)
  for (let i = 0; i < items.length / size; i++) {
    const target = { data: items.subarray(i * size, (i + 1) * size), shape: frame.item, frames: given }
    copyFrames({ data: video, shape: frame.item, frames: given }, target)
  }
  return items
}

/** Judges a model by its samples: are they of the right class, how far are they from the data, are they copies? */
import { itemSize } from '../../files/data/dataset.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { TweedieError } from '../../errors.ts'
import type { GenerateOptions } from './generate.ts'
import type { Model } from './model.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import type { ClassChoice } from './draw-for-eval.ts'
import { drawSamples } from './draw-for-eval.ts'
import type { FeatureNetwork } from '../../tools/eval/feature-network.ts'
import { judgeImages } from '../../tools/eval/judge-images.ts'
import { judgePoints } from '../../tools/eval/judge-points.ts'
import { leastDimension, memorisation } from '../../tools/eval/memorisation.ts'
import type { EvalPhase, EvalReport } from '../../tools/eval/report.ts'
import type { Store } from '../../tools/eval/store.ts'
import { memoryStore } from '../../tools/eval/store.ts'

/** How to judge samples. */
export interface JudgeOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  /** Data that the model was not trained on. */
  readonly heldOut?: ArrayDataset | undefined
  /**
   * The features by which images are compared; default a classifier's for labelled data, random convolutions for
   * others.
   */
  readonly features?: FeatureNetwork | undefined
  /** A store for the classifier and the features of real data; default none. */
  readonly store?: Store | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((phase: EvalPhase, done: number, total: number) => void) | undefined
}

/** How to draw and judge samples. */
export interface EvaluateOptions
  extends JudgeOptions, Pick<GenerateOptions, 'seed' | 'sampler' | 'times' | 'batch' | 'clip' | 'guidance' | 'wrap'> {
  /** How many samples; default 500. */
  readonly count?: number | undefined
  /** Which classes are drawn; default as often as in the data. */
  readonly classes?: ClassChoice | undefined
}

/** Fewer samples than this cannot be judged. */
export const leastSamples = 20

/**
 * Draws samples from a model and judges them against the data that it was trained on. The same seed gives the same report.
 *
 * @throws TweedieError `data` where the data are not of the model's kind, `usage` for fewer than 20 samples
 * @example
 * const report = await evaluateModel(model, await openDataset('data/mnist'), engine, { count: 500 })
 * report.recognition?.rate // { value: 0.93, standardError: 0.011 }
 */
export async function evaluateModel(
  model: Model,
  dataset: ArrayDataset,
  engine: Engine,
  options: EvaluateOptions = {},
): Promise<EvalReport> {
  const { count = 500, seed, sampler, times, batch, clip, guidance, wrap, classes, ...judging } = options
  const { onProgress, signal, device, threads } = judging
  requireCount('samples', count, 'usage')
  requireCount('real items', dataset.length, 'data')
  const samples = await drawSamples(model, dataset, engine, {
    count,
    seed,
    sampler,
    times,
    batch,
    clip,
    guidance,
    wrap,
    classes,
    signal,
    ...(device !== undefined && { device }),
    ...(threads !== undefined && { threads }),
    onStep: ({ done, total }) => onProgress?.('drawing samples', done, total),
  })
  return evaluateSamples(samples, dataset, engine, judging)
}

/**
 * Judges samples that were drawn before.
 *
 * @param samples in the values of `dataset`; with labels if they were drawn for classes
 */
export async function evaluateSamples(
  samples: ArrayDataset,
  dataset: ArrayDataset,
  engine: Engine,
  options: JudgeOptions = {},
): Promise<EvalReport> {
  const { heldOut, features, store = memoryStore(), signal, onProgress, ...session } = options
  requireCount('samples', samples.length, 'usage')
  for (const { name, length, shape } of [dataset, ...(heldOut ? [heldOut] : [])]) {
    requireCount(`real items in ${name}`, length, 'data')
    if (shape.join() !== samples.shape.join()) {
      throw new TweedieError(
        'data',
        `${name}: items of [${shape.join(', ')}], but samples of [${samples.shape.join(', ')}]`,
      )
    }
  }
  const phase = (name: EvalPhase) => ({
    signal,
    onProgress: (done: number, total: number) => onProgress?.(name, done, total),
  })
  // Both sets must be scaled in the same way.
  const { range, affine } = dataset
  const alike = (set: ArrayDataset): ArrayDataset => Object.freeze({ ...set, range, affine })
  const parts = [
    { part: 'training', dataset },
    ...(heldOut ? [{ part: 'held-out', dataset: alike(heldOut) } as const] : []),
  ] as const
  const drawn = alike(samples)
  const isImage = dataset.kind === 'image'
  const judged = isImage
    ? await judgeImages(drawn, parts, engine, { ...session, features, store, phase })
    : judgePoints(drawn, parts)
  const copies =
    itemSize(dataset.shape) >= leastDimension && dataset.length > 2
      ? await memorisation(drawn, dataset, engine, {
          ...session,
          heldOut: heldOut && alike(heldOut),
          ...phase('looking for copies'),
        })
      : undefined
  return Object.freeze({ data: dataset.name, samples: samples.length, ...judged, memorisation: copies })
}

function requireCount(what: string, count: number, code: 'usage' | 'data'): void {
  if (count >= leastSamples) return
  throw new TweedieError(code, `${count} ${what}: an evaluation needs at least ${leastSamples}`, {
    hint: 'several hundred give small errors',
  })
}

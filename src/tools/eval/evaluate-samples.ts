/** Judges samples: are they of the right class, how far are they from the data, are they copies? */
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import type { FeatureNetwork } from './feature-network.ts'
import { type Judged, judgeImages } from './judge-images.ts'
import { judgeClouds } from './judge-clouds.ts'
import { judgePoints } from './judge-points.ts'
import { judgeVideos } from './judge-videos.ts'
import type { VideoRates } from './video-rates.ts'
import { leastDimension, memorisation } from './memorisation.ts'
import type { EvalPhase, EvalReport } from './report.ts'
import type { SceneRates } from './scene-judge.ts'
import { memoryStore, type Store } from './store.ts'
import { withFacts } from '../../files/data/stored-dataset.ts'
import { allItems } from './items.ts'
import type { Shards } from '../shards/shards.ts'

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
  /** Of several processes, each has drawn some of the samples, and the features of these are computed there. */
  readonly shards?: Shards | undefined
  /** The loop that made the samples; default `items`. */
  readonly loop?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((phase: EvalPhase, done: number, total: number) => void) | undefined
}

/** Fewer samples than this cannot be judged. */
export const leastSamples = 20

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
  const { heldOut, features, store = memoryStore(), shards, loop = 'items', signal, onProgress, ...session } = options
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
  const alike = (set: ArrayDataset): ArrayDataset => withFacts(set, { range, affine })
  const parts = [
    { part: 'training', dataset },
    ...(heldOut ? [{ part: 'held-out', dataset: alike(heldOut) } as const] : []),
  ] as const
  const drawn = alike(samples)
  const isImage = dataset.kind === 'image'
  // A classifier of ours is trained where all shards are joined, so that there is one of it.
  const drawnFeatures =
    features && isImage
      ? await features.extract(allItems(drawn), { ...phase('comparing features'), shards, loop })
      : undefined
  shards?.requireAll()
  const context = { ...session, features, drawnFeatures, store, phase }
  const judged: Judged & { readonly videos?: VideoRates | undefined } = isImage
    ? await judgeImages(drawn, parts, engine, context)
    : dataset.kind === 'video'
      ? await judgeVideos(drawn, parts, engine, context)
      : dataset.kind === 'cloud'
        ? await judgeClouds(drawn, parts, engine, { ...session, store, phase })
        : judgePoints(drawn, parts)
  // Points of clouds have no order, so clouds are no vectors in which copies could be looked for.
  const copies =
    dataset.kind !== 'cloud' && itemSize(dataset.shape) >= leastDimension && dataset.length > 2
      ? await memorisation(drawn, dataset, engine, {
          ...session,
          heldOut: heldOut && alike(heldOut),
          ...phase('looking for copies'),
        })
      : undefined
  const scenes = await ratesOf(samples)
  const besides = { memorisation: copies, ...(scenes && { scenes }) }
  return Object.freeze({ data: dataset.name, samples: samples.length, ...judged, ...besides })
}

/** Whether what captions of scenes ask for is in the pictures; undefined for other captions. */
async function ratesOf({ data, shape, captions }: ArrayDataset): Promise<SceneRates | undefined> {
  const [channels, height, width] = shape
  if (captions === undefined || channels !== 3 || height !== width || !(data instanceof Uint8Array)) return undefined
  const { judgeScenes } = await import('./scene-judge.ts')
  return judgeScenes(
    data,
    captions.map(([text = '']) => text),
    height!,
  )?.rates
}

/** @throws TweedieError where there are too few items to judge */
export function requireCount(what: string, count: number, code: 'usage' | 'data'): void {
  if (count >= leastSamples) return
  throw new TweedieError(code, `${count} ${what}: an evaluation needs at least ${leastSamples}`, {
    hint: 'several hundred give small errors',
  })
}

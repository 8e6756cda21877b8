/**
 * Judges videos: by what a classifier of single frames recognises in each of them, and by features of frames and of their changes from one to
 * the next.
 */
import { type ArrayDataset, classCount, itemSize } from '../../files/data/dataset.ts'
import { fold, key } from '../../engine/random/index.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { type Estimate, type FeatureSet, featureSet } from '../metrics/features.ts'
import { frechetEstimate } from '../metrics/frechet.ts'
import { kernelDistance } from '../metrics/kernel-distance.ts'
import { precisionRecall } from '../metrics/precision-recall.ts'
import { applyClassifier, type Classifier } from './classifier.ts'
import type { FeatureNetwork } from './feature-network.ts'
import { allItems, drawItems } from './items.ts'
import type { JudgeContext, Judged, RealPart } from './judge-images.ts'
import type { Patience } from './map-batches.ts'
import { randomFeatures } from './random-features.ts'
import { storedClassifier } from './reference.ts'
import { framesAsImages } from './video-frames.ts'
import type { FrameRates, VideoRates } from './video-rates.ts'

/** Real videos of which frames train the classifier, and frames of each. */
const [learned, framesOfEach] = [2000, 4] as const

/** Real videos that are compared with. */
const compared = 1000

/** Judges samples against each part of the data, the first of which is the training data. */
export async function judgeVideos(
  samples: ArrayDataset,
  parts: readonly [RealPart, ...RealPart[]],
  engine: Engine,
  { store, phase, ...session }: JudgeContext,
): Promise<Judged & { readonly videos?: VideoRates | undefined }> {
  const training = parts[0].dataset
  const [channels, , height, width] = training.shape as [number, number, number, number]
  const network = randomFeatures([channels, height, width], engine, session)
  const reading = phase('comparing features')
  const drawn = await videoFeatures(samples, network, reading)
  const comparisons = []
  for (const { part, dataset } of parts) {
    const real = await videoFeatures(drawItems(dataset, compared, key('videos'), { shuffle: true }), network, reading)
    const features = {
      frechet: frechetEstimate(real, drawn, { strata: samples.labels }),
      kernel: kernelDistance(real, drawn),
      precisionRecall: precisionRecall(real, drawn),
    }
    comparisons.push({ part, kind: 'features' as const, items: real.count, ...features })
  }
  return {
    recognition: undefined,
    videos: await ratesOf(samples, training, engine, { store, phase, ...session }),
    features: { name: `${network.name} of frames and of their changes`, dimension: drawn.dimension },
    comparisons,
    warnings:
      drawn.count < 2 * drawn.dimension
        ? [
            `${drawn.count} samples for ${drawn.dimension} features: the Fréchet distance needs at least ${2 * drawn.dimension}`,
          ]
        : [],
  }
}

async function ratesOf(
  samples: ArrayDataset,
  training: ArrayDataset,
  engine: Engine,
  { store, phase, ...session }: Omit<JudgeContext, 'features'>,
): Promise<VideoRates | undefined> {
  if (training.labels === undefined || classCount(training) < 2) return undefined
  const frames = training.shape[1]!
  const apart = Array.from({ length: Math.min(framesOfEach, frames) }, (_, i) =>
    Math.floor((i * frames) / framesOfEach),
  )
  const some = drawItems(training, learned, key('videos'))
  const classifier = await storedClassifier(framesAsImages(some, [...new Set(apart)]), engine, store, {
    ...session,
    ...phase('training a classifier'),
  })
  const real = drawItems(training, samples.length, fold(key('videos'), 'real'), { shuffle: true })
  const rates = (of: ArrayDataset): Promise<FrameRates> => frameRates(of, classifier, engine, session)
  return { samples: await rates(samples), real: await rates(real), accuracy: classifier.accuracy }
}

/**
 * What a classifier of frames sees in each video.
 *
 * @param classifier of images `[C, H, W]`
 */
export async function frameRates(
  videos: ArrayDataset,
  classifier: Classifier,
  engine: Engine,
  session: Pick<SessionOptions, 'device' | 'threads'> = {},
): Promise<FrameRates> {
  const frames = videos.shape[1]!
  const { predicted } = await applyClassifier(classifier, allItems(framesAsImages(videos)), engine, session)
  const same = Array.from({ length: videos.length }, (_, i) => {
    const own = predicted.subarray(i * frames, (i + 1) * frames)
    return own.subarray(1).filter((each) => each === own[0]!).length / Math.max(1, frames - 1)
  })
  return { asFirst: estimateOf(same), throughout: estimateOf(same.map((share) => Number(share === 1))) }
}

/** The mean, and its standard error over videos. */
function estimateOf(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1)
  return { value: mean, standardError: Math.sqrt(variance / values.length) }
}

/** Of each video: the mean of the features of its frames, and that of the differences of frames that follow each other. */
async function videoFeatures(videos: ArrayDataset, network: FeatureNetwork, patience: Patience): Promise<FeatureSet> {
  const frames = videos.shape[1]!
  const images = allItems(framesAsImages(videos))
  const size = itemSize(videos.shape) / frames
  const changes = new Float32Array(Math.max(0, images.length - videos.length * size))
  let at = 0
  for (let i = 0; i < images.length / size; i++) {
    if (i % frames === 0) continue
    for (let p = 0; p < size; p++) changes[at++] = (images[i * size + p]! - images[(i - 1) * size + p]!) / 2
  }
  const means = async (items: Float32Array, each: number): Promise<FeatureSet> => {
    const { data, dimension } = await network.extract(items, patience)
    const out = new Float32Array(videos.length * dimension)
    data.forEach((value, k) => {
      out[Math.floor(k / (each * dimension)) * dimension + (k % dimension)]! += value / each
    })
    return featureSet(out, dimension)
  }
  const still = await means(images, frames)
  if (frames < 2) return still
  const moving = await means(changes, frames - 1)
  const dimension = still.dimension + moving.dimension
  const data = new Float32Array(videos.length * dimension)
  for (let i = 0; i < videos.length; i++) {
    data.set(still.data.subarray(i * still.dimension, (i + 1) * still.dimension), i * dimension)
    data.set(moving.data.subarray(i * moving.dimension, (i + 1) * moving.dimension), i * dimension + still.dimension)
  }
  return featureSet(data, dimension)
}

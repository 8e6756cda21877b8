/** What samples of a folder are worth: the same judge and the same draws for every model. */
import { openFolder } from '../../src/app/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import { drawSamples, evaluateSamples, randomFeatures } from '../../src/eval.ts'
import { chooseSampler } from '../../src/families/gaussian-sampler.ts'
import type { Model } from '../../src/families/values/model.ts'
import type { ArrayDataset } from '../../src/files/data/dataset.ts'
import type { FrechetEstimate } from '../../src/tools/metrics/frechet.ts'
import { folderStore } from '../../src/tools/eval/node/folder-store.ts'
import type { Estimate } from '../../src/tools/metrics/features.ts'

/** How models are judged. */
export interface Judging {
  readonly engine: Engine
  readonly training: ArrayDataset
  /** Data that no model was trained on; distances are to these where there are any. */
  readonly heldOut?: ArrayDataset | undefined
  /** Where the classifier and the features of real data are kept between runs. */
  readonly store: string
  readonly count: number
  readonly sampler: string
  readonly steps: number
  readonly guidance: number
  /** The times between which to guide; left out: all. */
  readonly interval?: readonly [number, number] | undefined
  readonly threads: number
  /** Draws anew with other noise. */
  readonly seed: number
}

/** Figures of one model. */
export interface Verdict {
  /** The share of samples that are recognised as their class; undefined where there are no classes. */
  readonly recognised: Estimate | undefined
  /** By features of the classifier, where there is one. */
  readonly frechet: FrechetEstimate | undefined
  readonly kernel: Estimate | undefined
  /** By features of random filters, which are the same for all data of this shape. */
  readonly frechetRandom: FrechetEstimate
  readonly kernelRandom: Estimate
  /** The median distance to the nearest training item, in that of real items: about 1 for new samples, near 0 for copies. */
  readonly nearest: number | undefined
  readonly copies: number | undefined
}

/** Draws from a model's folder, ours or one of diffusers, and judges the samples. */
export async function judge(folder: string, judging: Judging): Promise<Verdict> {
  const { engine, training, heldOut, count, sampler: named, steps, guidance, interval, threads, seed } = judging
  const model = (await openFolder(folder)).model as Model
  const { sampler, times } = chooseSampler(model, { sampler: named, steps })
  const guided = guidance === 0 ? {} : { guidance: { w: guidance, ...(interval && { interval }) } }
  const drawing = { count, sampler, times, seed, batch: 100, threads, ...guided }
  const samples = await drawSamples(model, training, engine, drawing)
  const store = folderStore(judging.store)
  const part = heldOut ? 'held-out' : 'training'
  const compared = async (features?: Awaited<ReturnType<typeof randomFeatures>>) => {
    const report = await evaluateSamples(samples, training, engine, { heldOut, features, store, threads })
    const found = report.comparisons.find((each) => each.part === part)
    if (found?.kind !== 'features') throw new Error('pictures are compared here')
    return { report, found }
  }
  const filters = await randomFeatures(training.shape, engine, { threads })
  const random = await compared(filters)
  const learned = training.labels ? await compared() : undefined
  return {
    recognised: learned?.report.recognition?.rate,
    frechet: learned?.found.frechet,
    kernel: learned?.found.kernel,
    frechetRandom: random.found.frechet,
    kernelRandom: random.found.kernel,
    nearest: random.report.memorisation?.ratio,
    copies: random.report.memorisation?.copies,
  }
}

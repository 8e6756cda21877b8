/** Judges a model by its samples: are they of the right class, how far are they from the data, are they copies? */
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { GenerateOptions } from './generate.ts'
import type { Model } from './model.ts'
import type { Engine } from '../../engine/runtime/session.ts'
import type { ClassChoice } from './draw-for-eval.ts'
import { drawSamples } from './draw-for-eval.ts'
import { evaluateSamples, type JudgeOptions, requireCount } from '../../tools/eval/evaluate-samples.ts'
import type { EvalReport } from '../../tools/eval/report.ts'

/** How to draw and judge samples. */
export interface EvaluateOptions
  extends JudgeOptions, Pick<GenerateOptions, 'seed' | 'sampler' | 'times' | 'batch' | 'clip' | 'guidance' | 'wrap'> {
  /** How many samples; default 500. */
  readonly count?: number | undefined
  /** Which classes are drawn; default as often as in the data. */
  readonly classes?: ClassChoice | undefined
}

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
  const { onProgress, signal, shards, device, threads } = judging
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
    shards,
    signal,
    ...(device !== undefined && { device }),
    ...(threads !== undefined && { threads }),
    onStep: ({ done, total }) => onProgress?.('drawing samples', done, total),
  })
  return evaluateSamples(samples, dataset, engine, judging)
}

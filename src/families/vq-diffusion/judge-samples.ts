/** Judges a model of a quantiser's tokens by samples: draws maps, decodes them, and compares the pictures with data. */
import { classesOf } from '../../engine/nn/condition-spec.ts'
import { type ArrayDataset, createDataset } from '../../files/data/dataset.ts'
import { denormalise } from '../../files/data/normalise.ts'
import { evaluateSamples, requireCount } from '../../tools/eval/evaluate-samples.ts'
import { formatReport } from '../../tools/eval/format-report.ts'
import type { ValuesOf } from '../../options.ts'
import type { Judgement, Setting } from '../family.ts'
import { stepsText } from '../gaussian-sampler.ts'
import { judgeData } from '../judge-values-data.ts'
import { labelsAsIn } from '../labels-as-in.ts'
import { openFeatures } from '../open-features.ts'
import type { judgeOptions } from '../options.ts'
import { requireAlike } from '../require-alike.ts'
import { sessionOf } from '../session-of.ts'
import { generateTokens, type GenerateTokensOptions } from '../tokens/generate.ts'
import { asRecorded, chooseTokenSampler } from '../tokens/sampler-choice.ts'
import { tokensToImages } from '../vq/tokens.ts'
import type { VqDiffusionModel } from './model.ts'
import type { evalOptions } from './options/eval.ts'

/** The options of an evaluation. */
export type JudgeOptions = ValuesOf<typeof judgeOptions & typeof evalOptions>

/** The default numbers of samples and of items at a time, and of steps in continuous time. */
const usual = { count: 500, batch: 64, steps: 256 }

/** Draws samples and judges them. Options that make no sense are refused before anything is computed. */
export async function judgeSamples(
  model: VqDiffusionModel,
  options: JudgeOptions,
  setting: Setting,
): Promise<Judgement> {
  const { prior, quantiser, classNames } = model
  const { count = usual.count, seed = 0, batch = usual.batch, classes = 'data', temperature } = options
  const { steps, guidance = 0 } = asRecorded(prior, options)
  const sampler = chooseTokenSampler(prior, options.sampler, setting.own)
  const features = await openFeatures(quantiser, options, setting)
  const { training, heldOut } = await judgeData(setting.access, options)
  requireCount('samples', count, 'usage')
  requireCount('real items', training.length, 'data')
  requireAlike({ ...quantiser, classNames }, training)
  const { engine, shards, signal, onProgress } = setting
  const samples = await drawn(model, training, setting, {
    count,
    seed,
    batch,
    steps,
    guidance,
    temperature,
    sampler,
    labels:
      classesOf(prior.network) > 0 && classes === 'data' && training.labels ? labelsAsIn(training, count) : undefined,
    shards,
    signal,
    onStep: ({ done, total }) => onProgress?.({ phase: 'drawing samples', done, total }),
  })
  const report = await evaluateSamples(samples, training, engine, {
    heldOut,
    features,
    store: setting.store,
    shards,
    loop: 'decoded',
    signal,
    onProgress: (phase, done, total) => onProgress?.({ phase, done, total }),
    ...sessionOf(setting),
  })
  const name = sampler?.name ?? (prior.process.mask === null ? 'ancestral' : 'mdlm')
  const taken = steps ?? prior.process.spec.steps ?? usual.steps
  const how = { seed, sampler: name, steps: taken, classes, guidance, temperature: temperature ?? 1 }
  const more = `${guidance === 0 ? '' : `, guidance ${guidance}`}${temperature === undefined ? '' : `, temperature ${temperature}`}`
  return {
    facts: { ...report, ...how },
    text: formatReport(report),
    remarks: [],
    howText: `seed ${seed}, ${name}, ${stepsText(taken)}${more}, decoded`,
  }
}

/** Samples in the values of the data. */
async function drawn(
  { prior, quantiser, classNames }: VqDiffusionModel,
  dataset: ArrayDataset,
  setting: Setting,
  options: GenerateTokensOptions,
): Promise<ArrayDataset> {
  const { batch, shards, signal } = options
  const session = sessionOf(setting)
  const { tokens, labels } = await generateTokens(prior, setting.engine, { ...options, ...session })
  const images = await tokensToImages(quantiser, tokens, setting.engine, { ...session, batch, shards, signal })
  return createDataset({
    name: 'samples',
    kind: dataset.kind,
    shape: dataset.shape,
    data: denormalise(quantiser.scale, images),
    range: dataset.range,
    affine: dataset.affine,
    ...(labels && { labels, classNames }),
  })
}

/** What `tweedie eval` does with a model of tokens or of noisy embeddings: bits of held-out data, and what samples are made of. */
import { existsSync } from 'node:fs'
import type { CategoricalDataset } from '../files/data/categorical.ts'
import { TweedieError } from '../errors.ts'
import { type Estimate, judgeTexts, ngramBaseline } from '../tools/eval/text-report.ts'
import { readJson } from '../files/io/node/files.ts'
import { nodeEngine } from '../engine/runtime/node.ts'
import { runPaths } from '../tools/train/node/run-folder.ts'
import type { RunRecord } from '../tools/train/node/run-folder.ts'
import { duration, note, print, printJson, startProgress, table, thousands } from './common.ts'
import { type EvalTextOptions, openTextJudge } from './eval-text-judge.ts'
import { openParts } from './open-data.ts'
import { interruptible } from './watched.ts'
import { guidanceAttributes } from './guidance-options.ts'
import { samplerAttributes } from './sampler-options.ts'

/** The n of n-grams: the baseline's order, and the stretches of samples that are looked up. */
const gram = 5

/** Options that ask for samples, also beside those of the bound. */
const ofSamples = ['count', 'clamp', ...samplerAttributes, ...guidanceAttributes] as const

/** Judges a model and prints the report. */
export async function runEvalText(path: string, options: EvalTextOptions): Promise<void> {
  const { seed } = options
  const judge = await openTextJudge(path, options)
  const { model } = judge
  const { train, heldOut } = await dataOf(path, judge.categories, options)
  const engine = await nodeEngine()
  const begin = performance.now()
  const isText = model.look.kind === 'text'
  const draws = isText && (!options.likelihood || ofSamples.some((name) => (options as Named)[name] !== undefined))
  const { bound, texts } = await interruptible('the evaluation', async (signal) => {
    using seen = await startProgress('bound', options)
    const bound = await judge.bound({ train, judged: heldOut ?? train }, engine, { signal, onProgress: seen.update })
    seen.stop()
    if (!draws) return { bound, texts: undefined }
    using drawn = await startProgress('samples', options)
    return { bound, texts: await judge.samples(engine, { signal, onProgress: drawn.update }) }
  })
  const baseline = isText && heldOut ? ngramBaseline(train, heldOut, gram) : undefined
  const samples = texts && judgeTexts(texts, train, gram)
  const seconds = Number(((performance.now() - begin) / 1000).toFixed(3))

  if (options.json) {
    return printJson({
      model: path,
      save: model.meta.save,
      heldOut: heldOut !== undefined,
      bound,
      ...(baseline !== undefined && { ngram: { order: gram, bitsPerCharacter: baseline } }),
      ...(samples && { ...samples, ...judge.how }),
      seed,
      seconds,
    })
  }
  const { prior, transitions, decoder } = bound.parts
  const parts = Object.entries({ prior, transitions, [judge.lastTerm]: decoder })
  const unit = isText ? 'bits/token' : 'bits/dim'
  print(
    table([
      ['data', `${heldOut ? 'held out' : 'trained on'}: ${thousands(bound.items)} of ${model.meta.data.name}`],
      ['bits/char', bound.bitsPerCharacter && estimateText(bound.bitsPerCharacter)],
      [unit, estimateText(bound.bitsPerToken)],
      [
        'nats/token',
        `${estimateText(bound.nats)}: ${parts.map(([name, nats]) => `${name} ${nats.toFixed(4)}`).join(', ')}`,
      ],
      [`${gram}-gram`, baseline === undefined ? undefined : `${baseline.toFixed(4)} bits/char, with back-off`],
      ['known', samples && `${(100 * samples.knownGrams).toFixed(1)} % of samples' ${gram}-grams are in the text`],
      ['characters', samples && `${samples.unigramDivergence.toFixed(4)} bits between their shares and the text's`],
    ]),
  )
  if (!heldOut) note('nothing was held out: this is how well it knows what it was trained on (--hold-out 0.1)', options)
  const drawn = samples ? `, ${samples.samples} samples by ${judge.howText}` : ''
  note(`a bound by ${bound.terms} of its terms${drawn}, seed ${seed}, ${duration(seconds)}`, options)
}

type Named = Readonly<Record<string, unknown>>

/** What `train` was given, as it was cut up then. */
async function dataOf(
  folder: string,
  categories: number,
  options: EvalTextOptions,
): Promise<{ readonly train: CategoricalDataset; readonly heldOut?: CategoricalDataset }> {
  const { record } = runPaths(folder)
  const trained = existsSync(record) ? ((await readJson(record, 'model')) as Partial<RunRecord>).data : undefined
  if (trained === undefined) {
    throw new TweedieError('usage', `${folder}: which data the model was trained on is not known`, {
      hint: 'evaluate it in the folder that train made',
    })
  }
  const source = { ...trained, ...(options.data !== undefined && { path: options.data }) }
  const { train, heldOut } = await openParts(source, options)
  if (train.kind !== 'tokens' || train.categories !== categories) {
    throw new TweedieError('data', `${source.path}: not the kind of data that the model was trained on`)
  }
  return { train, ...(heldOut?.kind === 'tokens' && { heldOut }) }
}

const estimateText = ({ mean, error }: Estimate): string => `${mean.toFixed(4)} ± ${error.toFixed(4)}`

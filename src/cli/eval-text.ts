/** What `tweedie eval` does with a model of tokens: bits of held-out data, and what samples are made of. */
import { existsSync } from 'node:fs'
import type { CategoricalDataset } from '../data/categorical.ts'
import type { TokenSampler } from '../discrete/index.ts'
import { TweedieError } from '../errors.ts'
import { knownShare } from '../eval/ngram.ts'
import { type Estimate, ngramBaseline, textOfDataset, tokenBound } from '../eval/text-report.ts'
import { readJson } from '../io/node/files.ts'
import { categoricalDenoiser } from '../model/categorical-denoiser.ts'
import { generateTokens } from '../model/generate-tokens.ts'
import type { TokenModel } from '../model/token-model.ts'
import { textOf } from '../model/token-text.ts'
import { nodeEngine } from '../runtime/node.ts'
import type { Engine } from '../runtime/session.ts'
import { runPaths } from '../train/node/run-folder.ts'
import type { RunRecord } from '../train/node/run-folder.ts'
import { duration, note, print, printJson, sessionOptions, startProgress, table, thousands } from './common.ts'
import type { EvalCommandOptions } from './eval.ts'
import { openParts } from './open-data.ts'
import { openTokenModel } from './open-model.ts'
import { refuseValueOptions } from './text-options.ts'
import { chooseTokenSampler } from './token-sampler-choice.ts'
import { interruptible } from './watched.ts'

/** The options as they are typed. */
type EvalTextOptions = Omit<EvalCommandOptions, 'count'> & { readonly count?: number | undefined }

/** Samples whose n-grams are looked up, where nothing is said. */
const defaultCount = 16

/** The n of n-grams: the baseline's order, and the stretches of samples that are looked up. */
const gram = 5

/** Judges a model of tokens and prints the report. */
export async function runEvalText(path: string, options: EvalTextOptions): Promise<void> {
  refuseValueOptions(options)
  const { seed, batch = 16 } = options
  const model = await openTokenModel(path)
  const sampler = chooseTokenSampler(model, options.sampler)
  const { train, heldOut } = await dataOf(path, model, options)
  const engine = await nodeEngine()
  const begin = performance.now()
  const isText = model.look.kind === 'text'
  const { bound, samples } = await interruptible('the evaluation', async (signal) => ({
    bound: await boundOf(model, heldOut ?? train, engine, { ...options, batch, signal }),
    samples:
      isText && !options.likelihood ? await samplesOf(model, engine, { ...options, sampler, signal }) : undefined,
  }))
  const baseline = isText && heldOut ? ngramBaseline(train, heldOut, gram) : undefined
  const known = samples && knownShare(samples, textOfDataset(train), gram)
  const seconds = Number(((performance.now() - begin) / 1000).toFixed(3))

  const facts = {
    model: path,
    save: model.meta.save,
    heldOut: heldOut !== undefined,
    bound,
    ...(baseline !== undefined && { ngram: { order: gram, bitsPerCharacter: baseline } }),
    ...(samples && { samples: samples.length, knownGrams: known, steps: stepsOf(model, options) }),
    seed,
    seconds,
  }
  if (options.json) return printJson(facts)
  const { parts } = bound
  print(
    table([
      ['data', `${heldOut ? 'held out' : 'trained on'}: ${thousands(bound.items)} of ${model.meta.data.name}`],
      ['bits/char', bound.bitsPerCharacter && estimateText(bound.bitsPerCharacter)],
      [isText ? 'bits/token' : 'bits/dim', estimateText(bound.bitsPerToken)],
      ['nats/token', `${estimateText(bound.nats)}: ${partsText(parts)}`],
      [`${gram}-gram`, baseline === undefined ? undefined : `${baseline.toFixed(4)} bits/char, with back-off`],
      [
        'known',
        known === undefined ? undefined : `${(100 * known).toFixed(1)} % of samples' ${gram}-grams are in the text`,
      ],
    ]),
  )
  if (!heldOut) note('nothing was held out: this is how well it knows what it was trained on (--hold-out 0.1)', options)
  note(`a bound by ${bound.terms} of its terms, seed ${seed}, ${duration(seconds)}`, options)
}

async function boundOf(
  model: TokenModel,
  data: CategoricalDataset,
  engine: Engine,
  options: EvalTextOptions & { readonly batch: number; readonly signal: AbortSignal },
) {
  const { batch, likelihoodItems: items, seed, signal } = options
  const { steps } = model.process.spec
  const terms = options.terms === Infinity ? (steps ?? undefined) : options.terms
  using denoiser = await categoricalDenoiser(model, engine, { batch, ...sessionOptions(options) })
  using progress = await startProgress('bound', options)
  const onProgress = (done: number, total: number): void => progress.update(done, total)
  return await tokenBound(denoiser, data, { items, terms, seed, signal, onProgress })
}

async function samplesOf(
  model: TokenModel,
  engine: Engine,
  options: Omit<EvalTextOptions, 'sampler'> & {
    readonly sampler: TokenSampler | undefined
    readonly signal: AbortSignal
  },
): Promise<string[]> {
  const { count = defaultCount, seed, sampler, guidance, signal } = options
  using progress = await startProgress('samples', options)
  const { tokens } = await generateTokens(model, engine, {
    ...sessionOptions(options),
    count,
    seed,
    guidance,
    steps: options.steps,
    sampler,
    signal,
    onStep: ({ done, total }) => progress.update(done, total),
  })
  return textOf(model, tokens)
}

const stepsOf = (model: TokenModel, { steps }: EvalTextOptions): number => steps ?? model.process.spec.steps ?? 256

/** What `train` was given, as it was cut up then. */
async function dataOf(
  folder: string,
  model: TokenModel,
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
  if (train.kind !== 'tokens' || train.categories !== model.process.categories) {
    throw new TweedieError('data', `${source.path}: not the kind of data that the model was trained on`)
  }
  return { train, ...(heldOut?.kind === 'tokens' && { heldOut }) }
}

const estimateText = ({ mean, error }: Estimate): string => `${mean.toFixed(4)} ± ${error.toFixed(4)}`

const partsText = ({ prior, transitions, decoder }: { prior: number; transitions: number; decoder: number }): string =>
  `prior ${prior.toFixed(4)}, transitions ${transitions.toFixed(4)}, decoder ${decoder.toFixed(4)}`

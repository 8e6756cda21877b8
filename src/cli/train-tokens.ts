/** What `tweedie train` does with tokens: which data are, what its options mean for them, and which make no sense. */
import { TweedieError } from '../errors.ts'
import type { BetaTableName } from '../diffusion/noise/betas.ts'
import type { NoiseSpec } from '../diffusion/noise/named.ts'
import type { EmbeddedChoices } from '../families/embeddings/defaults.ts'
import type { DataSource } from '../tools/train/node/run-folder.ts'
import type { TokenChoices } from '../families/tokens/defaults.ts'
import { isMaps } from './open-data.ts'
import { kebab } from './option-name.ts'
import { budgetOf, noiseOf } from './train-choices.ts'
import { objectives } from './train-objectives.ts'
import type { TrainCommandOptions } from './train.ts'

/** Options that say something about discrete processes only. */
const processOptions = ['kernel', 'processSteps', 'processSchedule', 'tokenObjective', 'lambda'] as const

/** Options that say something about tokens only. */
const tokenOptions = ['length', 'tokens', 'categories', ...processOptions] as const

/** Options that say something about Gaussian noise, or about images, only. */
const valueOptions = [
  'flip',
  'patch',
  'attention',
  'objective',
  'learnVariance',
  'parametrisation',
  'weighting',
  'weightingGamma',
  'weightingK',
  'weightingBias',
  'times',
  'sigmaData',
  'input',
  'noise',
  'schedule',
  'levels',
  'betaMin',
  'betaMax',
  'sigmaMin',
  'sigmaMax',
  'shift',
] as const

/** Options that say what the data are; those of the engine say nothing about it. */
type DataOptions = Omit<TrainCommandOptions, 'device' | 'color'>

/** Options about how pictures are read. */
const pictureOptions = ['size', 'channels', 'items'] as const

const textDefaults = { tokenizer: 'characters', length: 128, holdOut: 0.1 } as const

/**
 * Where the data come from, if they are tokens: a text, images whose values are categories, the built-in maps, the columns of
 * a table.
 *
 * @throws TweedieError `usage` for options that make no sense together
 */
export async function tokenSourceOf(path: string, options: DataOptions): Promise<DataSource | undefined> {
  const { tokens, categories, length, size, channels, items, unconditional, holdOut } = options
  if (tokens === 'columns') {
    for (const name of [...pictureOptions, 'length', 'unconditional'] as const)
      refuse(options, name, 'is not for tables')
    return { path, tokens: { columns: true, bins: categories }, holdOut }
  }
  if (tokens !== undefined && categories !== undefined) {
    throw new TweedieError('usage', '--tokens is for text and --categories for images: say one of them')
  }
  if (categories !== undefined || isMaps(path)) {
    const common = { path, size, channels, length: items, unlabelled: unconditional, holdOut }
    if (length !== undefined) throw new TweedieError('usage', '--length is for text', { hint: '--items: how many' })
    if (!isMaps(path)) return { ...common, tokens: { levels: categories! } }
    if (categories === undefined) return common
    throw new TweedieError('usage', '--categories: maps have categories already')
  }
  const { isCorpus } = await import('../files/data/node/read-corpus.ts')
  if (tokens === undefined && !(await isCorpus(path))) {
    for (const name of tokenOptions) refuse(options, name, `is for tokens, and ${path} is no text`, tokenHint)
    if (embeds(options)) throw new TweedieError('usage', `--objective diffusion-lm is for text, and ${path} is none`)
    return undefined
  }
  for (const name of pictureOptions) refuse(options, name, 'is for images, not for text')
  return {
    path,
    tokens: { tokenizer: tokens ?? textDefaults.tokenizer, length: length ?? textDefaults.length },
    holdOut: holdOut ?? textDefaults.holdOut,
  }
}

const tokenHint = 'a text file, --tokens bytes for any file, or --categories 17 for images'

/**
 * The options as a specification's choices, all but the network's file.
 *
 * @throws TweedieError `usage` for options that are for something else
 */
export function tokenChoicesOf(options: TrainCommandOptions): TokenChoices {
  for (const name of valueOptions) refuse(options, name, 'is for images and points, not for tokens')
  const { kernel, processSteps, processSchedule: schedule, tokenObjective: objective, lambda } = options
  if (lambda !== undefined && objective !== 'hybrid') {
    throw new TweedieError('usage', '--lambda is for --token-objective hybrid: the bound + λ cross-entropy')
  }
  return {
    ...sharedChoices(options),
    labelDropout: options.labelDropout,
    process: {
      kernel,
      schedule,
      steps: processSteps === 'continuous' ? null : processSteps,
      objective,
      lambda,
    },
  }
}

/** Options that `--objective diffusion-lm` shares with images and points: it adds Gaussian noise, to embeddings. */
const noiseOptions: ReadonlySet<string> = new Set(
  'objective noise schedule levels betaMin betaMax sigmaMin sigmaMax shift'.split(' '),
)

/** Whether text is to be diffused as embeddings. */
export const embeds = ({ objective }: DataOptions): boolean => objective === 'diffusion-lm'

/**
 * The same for `--objective diffusion-lm`.
 *
 * @throws TweedieError `usage` for options that are for something else
 */
export function embeddedChoicesOf(options: TrainCommandOptions): EmbeddedChoices {
  for (const name of valueOptions) {
    if (!noiseOptions.has(name)) refuse(options, name, 'is for images and points, not for embeddings')
  }
  for (const name of [...processOptions, 'labelDropout'] as const) {
    refuse(options, name, 'is for discrete processes, and --objective diffusion-lm is none')
  }
  const noise = noiseOf(options, objectives['diffusion-lm'])
  const { table, levels = 1000 } = (noise ?? {}) as { readonly table?: BetaTableName; readonly levels?: number }
  return { ...sharedChoices(options), noise: table === undefined ? (noise as NoiseSpec) : { table, levels } }
}

function sharedChoices(options: TrainCommandOptions) {
  const { seed, batch, rate, warmup, decay, weightDecay, clip, ema, widths, depth } = options
  return {
    budget: budgetOf(options),
    seed,
    batch,
    widths,
    depth,
    optimizer: { rate, warmup, decay, weightDecay, clipNorm: clip, ema },
  }
}

function refuse(options: DataOptions, name: keyof DataOptions, why: string, hint?: string): void {
  if (options[name] !== undefined) throw new TweedieError('usage', `--${kebab(name)} ${why}`, hint ? { hint } : {})
}

/** Judges models of tokens of any process: bits of held-out data, and statistics of sampled text. */
import { TweedieError } from '../errors.ts'
import type { CategoricalDataset } from '../files/data/categorical.ts'
import type { ValuesOf } from '../options.ts'
import { type Estimate, judgeTexts, ngramBaseline, type TokenBound } from '../tools/eval/text-report.ts'
import type { TrainData } from '../tools/train/problem.ts'
import { table, thousands } from '../words.ts'
import type { Judgement, Setting } from './family.ts'
import type { judgeOptions } from './options.ts'

/** The options that choose what is judged. */
export type TextJudgeOptions = Pick<ValuesOf<typeof judgeOptions>, 'data' | 'seed'>

/** The model to judge: it has a bound and draws samples. */
export interface TextJudge {
  /** K. */
  readonly categories: number
  readonly vocabulary: CategoricalDataset['vocabulary']
  /** Its process, in a word. */
  readonly dataName: string
  /** What the last term of the bound is called. */
  readonly lastTerm: 'decoder' | 'rounding'
  /** Whether samples are to be drawn, if it is of text: unless only likelihoods are asked for. */
  readonly draws: boolean
  /** How samples are drawn, for programs and in words. */
  readonly how: Readonly<Record<string, unknown>>
  readonly howText: string
  bound(data: JudgedTokens, onProgress: (done: number, total: number) => void): Promise<TokenBound>
  samples(onProgress: (done: number, total: number) => void): Promise<readonly string[]>
}

/** The training data, and the data to judge by. */
export interface JudgedTokens {
  readonly train: CategoricalDataset
  readonly judged: CategoricalDataset
}

/** The default number of samples for n-grams, and of items at a time. */
export const textDefaults = Object.freeze({ count: 16, batch: 16 })

/** The n of n-grams: the baseline's order, and the stretches of samples that are looked up. */
const gram = 5

/**
 * The bound of held-out data, or else of training data; for text also samples, unless only likelihoods are requested.
 *
 * @throws TweedieError `usage` where the data are not known, `data` where they are of another kind
 */
export async function judgeText(judge: TextJudge, options: TextJudgeOptions, setting: Setting): Promise<Judgement> {
  const { data, seed = 0 } = options
  const opened = await setting.access.data(data)
  const train = tokensOf(opened.train, judge)
  const heldOut = opened.heldOut && tokensOf(opened.heldOut, judge)
  const isText = judge.vocabulary.kind === 'text'
  const bound = await judge.bound({ train, judged: heldOut ?? train }, (done, total) =>
    setting.onProgress?.({ phase: 'bound', done, total }),
  )
  const texts =
    isText && judge.draws
      ? await judge.samples((done, total) => setting.onProgress?.({ phase: 'samples', done, total }))
      : undefined
  setting.shards?.requireAll()
  const baseline = isText && heldOut ? ngramBaseline(train, heldOut, gram) : undefined
  const samples = texts && judgeTexts(texts, train, gram)
  const known = samples && `${(100 * samples.knownGrams).toFixed(1)} % of samples' ${gram}-grams are in the text`
  const { prior, transitions, decoder } = bound.parts
  const parts = Object.entries({ prior, transitions, [judge.lastTerm]: decoder })
  const nats = `${estimateText(bound.nats)}: ${parts.map(([name, value]) => `${name} ${value.toFixed(4)}`).join(', ')}`
  return {
    facts: {
      heldOut: heldOut !== undefined,
      bound,
      ...(baseline !== undefined && { ngram: { order: gram, bitsPerCharacter: baseline } }),
      ...(samples && { ...samples, ...judge.how }),
      seed,
    },
    text: table([
      ['data', `${heldOut ? 'held out' : 'trained on'}: ${thousands(bound.items)} of ${judge.dataName}`],
      ['bits/char', bound.bitsPerCharacter && estimateText(bound.bitsPerCharacter)],
      [isText ? 'bits/token' : 'bits/dim', estimateText(bound.bitsPerToken)],
      ['nats/token', nats],
      [`${gram}-gram`, baseline === undefined ? undefined : `${baseline.toFixed(4)} bits/char, with back-off`],
      ['known', known],
      ['characters', samples && `${samples.unigramDivergence.toFixed(4)} bits between their shares and the text's`],
    ]),
    remarks: heldOut
      ? []
      : ['nothing was held out: this is how well it knows what it was trained on (`holdOut: 0.1` when training)'],
    howText: `a bound by ${bound.terms} of its terms${samples ? `, ${samples.samples} samples by ${judge.howText}` : ''}, seed ${seed}`,
  }
}

function tokensOf(data: TrainData, { categories }: TextJudge): CategoricalDataset {
  if (data.kind === 'tokens' && data.categories === categories) return data
  throw new TweedieError('data', `${data.name}: not the kind of data that the model was trained on`)
}

const estimateText = ({ mean, error }: Estimate): string => `${mean.toFixed(4)} ± ${error.toFixed(4)}`

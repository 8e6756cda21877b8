/** Statistics of tokens, to check before training on them. */
import type { CategoricalDataset, TokenVocabulary } from './categorical.ts'
import { classCount, itemSize } from './dataset.ts'
import { countLabels } from './describe.ts'

/** The result of {@link describeTokens}. */
export interface TokenSummary {
  readonly name: string
  readonly kind: 'tokens'
  readonly vocabulary: TokenVocabulary['kind']
  readonly shape: readonly number[]
  /** Items, or windows of a text. */
  readonly length: number
  /** Tokens in all. */
  readonly tokens: number
  /** K. */
  readonly categories: number
  /** One of all tokens, or one for each column of a table. */
  readonly variables: readonly VariableSummary[]
  readonly classNames?: readonly string[] | undefined
  /** how many items each class has */
  readonly classCounts?: readonly number[] | undefined
}

/** How often each category occurs. */
export interface VariableSummary {
  /** Of a column. */
  readonly name?: string
  /** How many categories occur at all. */
  readonly occurring: number
  /** −Σ p log₂ p: the entropy: the bits for each token if only the frequencies are known. */
  readonly entropy: number
  /** The most frequent categories. */
  readonly frequent: readonly { readonly name: string; readonly share: number }[]
}

/** Reads tokens once and sums them up. */
export function describeTokens(dataset: CategoricalDataset, mostFrequent = 10): TokenSummary {
  const { name, data, shape, length, vocabulary, categories, labels, classNames } = dataset
  const columns = vocabulary.kind === 'table' ? vocabulary.columns : [{}]
  const counts = columns.map(() => new Float64Array(categories))
  const period = vocabulary.kind === 'table' ? itemSize(shape) : 1
  data.forEach((token, i) => counts[i % period]![token]!++)
  return {
    name,
    kind: 'tokens',
    vocabulary: vocabulary.kind,
    shape,
    length,
    tokens: data.length,
    categories,
    variables: columns.map((column, i) => ({
      ...('name' in column && { name: column.name }),
      ...summaryOf(counts[i]!, mostFrequent, (token) => nameOf(vocabulary, token, i)),
    })),
    classNames,
    classCounts: labels && countLabels(labels, classCount(dataset)),
  }
}

function summaryOf(counts: Float64Array, most: number, name: (token: number) => string): VariableSummary {
  const total = counts.reduce((a, b) => a + b, 0)
  const order = Array.from(counts.keys())
    .filter((token) => counts[token]! > 0)
    .sort((a, b) => counts[b]! - counts[a]!)
  return {
    occurring: order.length,
    entropy: order.reduce((sum, token) => sum - (counts[token]! / total) * Math.log2(counts[token]! / total), 0),
    frequent: order.slice(0, most).map((token) => ({ name: name(token), share: counts[token]! / total })),
  }
}

function nameOf(vocabulary: TokenVocabulary, token: number, column: number): string {
  if (vocabulary.kind === 'text') return vocabulary.tokenizer.token(token)
  if (vocabulary.kind === 'map') return vocabulary.names[token] ?? String(token)
  return vocabulary.kind === 'table' ? vocabulary.columns[column]!.values[token]! : String(token)
}

/** A training run in words, as far as families share them. */
import { describeNoise, type NoiseSpec } from '../diffusion/noise/named.ts'
import type { CategoricalDataset, TokenVocabulary } from '../files/data/categorical.ts'
import { classCount } from '../files/data/dataset.ts'
import { kebab } from '../options.ts'
import type { TrainData } from '../tools/train/problem.ts'
import { shapeText, thousands } from '../words.ts'
import type { Row } from './family.ts'
import type { NetworkSpec } from './network-of.ts'

/** The rows of a run: what is learned, by which network, and by which loss. */
export function explainRun(
  data: TrainData,
  network: NetworkSpec,
  texts: { readonly data: string; readonly network?: string; readonly objective: string },
): readonly Row[] {
  const classes = classCount(data)
  const names = data.classNames?.slice(0, 10).join(', ')
  return [
    ['data', `${data.name}: ${texts.data}`],
    ['classes', classes > 0 ? `${classes}${names ? `: ${names}${classes > 10 ? ', …' : ''}` : ''}` : 'none'],
    ['network', `${network.className}${sizeText(network.config)}${texts.network ?? ''}`],
    ['objective', texts.objective],
  ]
}

/** Tokens in words. */
export function tokensText({ data, length, shape, categories, vocabulary }: CategoricalDataset): string {
  if (vocabulary.kind !== 'text')
    return `${thousands(length)} items ${shapeText(shape)}, ${vocabularyText[vocabulary.kind](categories)}`
  return `${thousands(data.length)} tokens (${vocabulary.tokenizer.kind}, ${categories} different), windows of ${shape[0]}`
}

const vocabularyText: Readonly<Record<Exclude<TokenVocabulary['kind'], 'text'>, (categories: number) => string>> = {
  map: (categories) => `${categories} categories`,
  levels: (categories) => `${categories} levels`,
  table: (categories) => `up to ${categories} categories a column`,
}

/** Gaussian noise with its numbers. */
export function noiseText(noise: NoiseSpec): string {
  if ('table' in noise) return describeNoise(noise)
  const { schedule: _, ...numbers } = noise
  return `${describeNoise(noise)}${inBrackets(numbers)}`
}

/** ` (beta-min 0.1, shift 2)`, or an empty text. */
export function inBrackets(numbers: object): string {
  const words = Object.entries(numbers).map(([name, value]) => `${kebab(name)} ${String(value)}`)
  return words.length === 0 ? '' : ` (${words.join(', ')})`
}

function sizeText(config: Readonly<Record<string, unknown>>): string {
  const widths = config.block_out_channels ?? config.width ?? config.hidden_size
  return widths === undefined ? '' : ` ${[widths].flat().join('-')}`
}

/** Where data come from and what they are: from a path and options to what it takes to open them. */
import { TweedieError } from '../../errors.ts'
import { isCorpus } from '../../files/data/node/read-corpus.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import type { DataSource } from '../../tools/train/node/run-folder.ts'
import type { dataOptions } from '../data-options.ts'
import { isMaps } from './open-data.ts'

type DataValues = ValuesOf<typeof dataOptions>

/** Options about how pictures are read. */
const pictureOptions = ['size', 'channels', 'items'] as const

/** Options that say something about tokens only. */
const tokenOptions = ['length', 'tokens', 'categories'] as const

const textDefaults = { tokenizer: 'characters', length: 128, holdOut: 0.1 } as const

/**
 * The source: of tokens where it is a text, images whose values are categories, the built-in maps, or the columns of a table.
 *
 * @throws TweedieError `usage` for options that make no sense together
 */
export async function sourceOf(path: string, options: OptionValues): Promise<DataSource> {
  return (await tokenSourceOf(path, options)) ?? valueSourceOf(path, options)
}

function valueSourceOf(path: string, options: DataValues): DataSource {
  const { size, crop, channels, items, unconditional, holdOut } = options
  return { path, size, crop, channels, length: items, unlabelled: unconditional, holdOut }
}

/** The source, if it is of tokens. */
export async function tokenSourceOf(path: string, options: DataValues): Promise<DataSource | undefined> {
  const { tokens, categories, length, size, channels, items, unconditional, holdOut } = options
  if (tokens === 'columns') {
    for (const name of [...pictureOptions, 'length', 'unconditional'] as const)
      refuse(options, name, 'is not for tables')
    return { path, tokens: { columns: true, bins: categories }, holdOut }
  }
  if (tokens !== undefined && categories !== undefined) {
    throw new TweedieError('usage', '`tokens` is for text and `categories` for images: give one of them')
  }
  if (categories !== undefined || isMaps(path)) {
    const common = { path, size, channels, length: items, unlabelled: unconditional, holdOut }
    if (length !== undefined) throw new TweedieError('usage', '`length` is for text', { hint: '`items`: how many' })
    if (!isMaps(path)) return { ...common, tokens: { levels: categories! } }
    if (categories === undefined) return common
    throw new TweedieError('usage', '`categories`: maps have categories already')
  }
  if (tokens === undefined && !(await isCorpus(path))) {
    for (const name of tokenOptions) refuse(options, name, `is for tokens, and ${path} is no text`, tokenHint)
    return undefined
  }
  for (const name of pictureOptions) refuse(options, name, 'is for images, not for text')
  return {
    path,
    tokens: { tokenizer: tokens ?? textDefaults.tokenizer, length: length ?? textDefaults.length },
    holdOut: holdOut ?? textDefaults.holdOut,
  }
}

const tokenHint = 'a text file, `tokens: bytes` for any file, or `categories: 17` for images'

function refuse(options: DataValues, name: keyof DataValues, why: string, hint?: string): void {
  if (options[name] !== undefined) throw new TweedieError('usage', `\`${name}\` ${why}`, hint ? { hint } : {})
}

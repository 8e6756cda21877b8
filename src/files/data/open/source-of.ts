/** From a path and options to a source: a record of the data and how they are read. */
import { TweedieError } from '../../../errors.ts'
import type { OptionValues, ValuesOf } from '../../../options.ts'
import type { FileTree } from '../file-tree.ts'
import type { ArrayKind } from '../from-array.ts'
import type { captionReading, dataOptions } from '../options.ts'
import type { DataSource } from '../source.ts'
import { fieldSourceOf, isSystem } from './field-source.ts'

type DataValues = ValuesOf<typeof dataOptions & typeof captionReading>

/** Options about how pictures are read. */
const pictureOptions = ['size', 'fit', 'upscale', 'crop', 'channels', 'background', 'bits', 'split'] as const

/** Options about videos. */
const videoOptions = ['frames', 'frameStride', 'stride'] as const

/** Options about numbers in tables and arrays. */
const numberOptions = ['labelColumn', 'as', 'points', 'evenly', 'normalise'] as const

/** Options of tables that are read with all their columns. */
const tableOptions = ['target', 'table', 'categorical', 'numeric', 'leaveOut'] as const

/** Options about captions. */
const textOptions = ['captions', 'captionsFrom'] as const

/** Options that apply to tokens only. */
const tokenOptions = ['length', 'tokens', 'categories'] as const

const textDefaults = { tokenizer: 'characters', length: 128, holdOut: 0.1 } as const

/**
 * The source: of tokens where it is a text, images whose values are categories, the built-in maps, or the columns of a table. Paths are
 * absolute, so that a run can go on from any folder.
 *
 * @throws TweedieError `usage` for options that make no sense together, `data` for a text that cannot be read
 * @example
 * const source = await sourceOf('photos', { size: 32, holdOut: 0.1 })
 */
export async function sourceOf(tree: FileTree, path: string, options: OptionValues): Promise<DataSource> {
  checkPictures(options)
  if (options.target !== undefined || options.table === true) return tableSourceOf(tree, path, options)
  const ofFields = await fieldSourceOf(tree, path, options)
  if (ofFields) {
    for (const name of [
      ...pictureOptions,
      ...tokenOptions,
      ...textOptions,
      'labelColumn',
      'items',
      'unconditional',
      ...tableOptions,
    ] as const)
      refuse(options, name, `is not for fields over time, such as ${path}`)
    return ofFields
  }
  for (const name of tableOptions)
    refuse(options, name, 'is for tables that are read with all their columns', tableHint)
  return (await tokenSourceOf(tree, path, options)) ?? (await valueSourceOf(tree, path, options))
}

const tableHint = '`target`, the column to predict, or `table` too'

/** The source of a table of numbers and categories. */
async function tableSourceOf(tree: FileTree, path: string, options: DataValues): Promise<DataSource> {
  const others = [...pictureOptions, ...numberOptions, ...textOptions, ...tokenOptions, 'unconditional'] as const
  for (const name of others) refuse(options, name, 'is not for tables of numbers and categories')
  const { target, categorical, numeric, leaveOut, holdOut, items } = options
  const named = target === undefined ? undefined : String(target)
  const known = { target: named, categories: categorical, numbers: numeric, leaveOut }
  const table = Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
  return { path: await tree.absolute(path), table, length: items, ...held(holdOut) }
}

/** The source, if it is of tokens. */
async function tokenSourceOf(tree: FileTree, path: string, options: DataValues): Promise<DataSource | undefined> {
  const { tokens, categories, length, holdOut } = options
  if (tokens === 'columns') {
    for (const name of [
      ...pictureOptions,
      ...videoOptions,
      ...numberOptions,
      ...textOptions,
      'items',
      'length',
      'unconditional',
    ] as const) {
      refuse(options, name, 'is not for tables of tokens')
    }
    return { path: await tree.absolute(path), tokens: { columns: true, bins: categories }, ...held(holdOut) }
  }
  if (tokens !== undefined && categories !== undefined) {
    throw new TweedieError('usage', '`tokens` is for text and `categories` for images: give one of them')
  }
  const maps = await isMaps(tree, path)
  if (categories !== undefined || maps) {
    if (length !== undefined) throw new TweedieError('usage', '`length` is for text', { hint: '`items`: how many' })
    const common = await valueSourceOf(tree, path, options)
    if (!maps)
      for (const name of textOptions) refuse(options, name, 'is for pictures, and `categories` makes tokens of them')
    if (!maps) return { ...common, tokens: { levels: categories! } }
    for (const name of [...pictureOptions, ...videoOptions, ...numberOptions, ...textOptions]) {
      refuse(options, name, 'is not for the built-in maps')
    }
    if (categories === undefined) return common
    throw new TweedieError('usage', '`categories`: maps have categories already')
  }
  const clouds = options.points !== undefined || options.as === 'clouds'
  if (tokens === undefined && (clouds || !(await isText(tree, path)))) {
    for (const name of tokenOptions) refuse(options, name, `is for tokens, and ${path} is no text`, tokenHint)
    return undefined
  }
  for (const name of numberOptions) refuse(options, name, 'is for tables and arrays, not for text')
  for (const name of [...pictureOptions, ...videoOptions, ...textOptions, 'items'] as const)
    refuse(options, name, 'is for images, not for text')
  return {
    path: await tree.absolute(path),
    tokens: { tokenizer: await tokenizerOf(tree, tokens), length: length ?? textDefaults.length },
    ...held(holdOut ?? textDefaults.holdOut),
  }
}

/** Whether there are molecules at a path. What knows them is not loaded for names that cannot be theirs. */
export async function areMolecules(tree: FileTree, path: string): Promise<boolean> {
  const kind = await tree.kind(path)
  if (kind === undefined || (kind === 'file' && !mayBeMolecules.test(path))) return false
  return (await import('./open-molecules.ts')).isMolecules(tree, path)
}

/** Names of files that may be molecules. Some of these endings have other data as well, and are looked into. */
const mayBeMolecules = /\.(?:sdf?|mol|xyz|smi|smiles|ism|txt|npz)(?:\.gz)?$/i

/** Whether a path is to be read as text. Names of built-in sets are not, and what knows texts is not loaded for them. */
async function isText(tree: FileTree, path: string): Promise<boolean> {
  if (!/[./\\]/.test(path) && (await tree.kind(path)) === undefined) return false
  if (await areMolecules(tree, path)) return false
  return (await import('./open-files.ts')).isCorpus(tree, path)
}

async function tokenizerOf(tree: FileTree, tokens: string = textDefaults.tokenizer): Promise<string> {
  return ['characters', 'bytes'].includes(tokens) ? tokens : tree.absolute(tokens)
}

/** Whether a path is the name of the built-in maps, and no file's. */
export async function isMaps(tree: FileTree, path: string): Promise<boolean> {
  return path.replace(/^builtin:/, '') === 'maps' && (await tree.kind(path)) === undefined
}

/** A source whose paths are absolute. */
export async function withAbsolutePaths(tree: FileTree, source: DataSource): Promise<DataSource> {
  const { path, tokens } = source
  const known =
    tokens && 'tokenizer' in tokens ? { ...tokens, tokenizer: await tokenizerOf(tree, tokens.tokenizer) } : tokens
  return { ...source, path: await tree.absolute(path), tokens: known }
}

async function valueSourceOf(tree: FileTree, path: string, options: DataValues): Promise<DataSource> {
  const {
    size,
    fit,
    upscale,
    crop,
    channels,
    background,
    bits,
    split,
    frames,
    frameStride,
    stride,
    labelColumn,
    as,
    points,
    evenly,
    normalise,
    items,
    unconditional,
    holdOut,
    captions,
    captionsFrom,
  } = options
  if (captionsFrom !== undefined && captions !== true) {
    throw new TweedieError('usage', '`captionsFrom` says where captions are, and they are not read', {
      hint: '`captions` too',
    })
  }
  const wanted = captions === true ? (captionsFrom ?? true) : undefined
  const windows = { frames, frameStride, stride }
  const reading = {
    ...windows,
    size,
    fit,
    upscale,
    crop,
    channels,
    background,
    bits,
    split,
    labelColumn,
    as: as as ArrayKind | undefined,
    captions: wanted,
    points,
    evenly,
    normalise,
  }
  const { window } = options as { readonly window?: number | undefined }
  const simulated = window !== undefined && (await isSystem(tree, path)) ? { window } : {}
  return {
    path: await tree.absolute(path),
    ...reading,
    ...simulated,
    length: items,
    unlabelled: unconditional,
    ...held(holdOut),
  }
}

const held = (holdOut: number | undefined): Pick<DataSource, 'holdOut' | 'holdOutManner'> =>
  holdOut === undefined ? {} : { holdOut, holdOutManner: 'random' }

function checkPictures({ size, crop, upscale, fit }: DataValues): void {
  if (size !== undefined && crop !== undefined) {
    throw new TweedieError('usage', '`size` scales images and `crop` cuts them unscaled: give one of them')
  }
  for (const [name, value] of Object.entries({ upscale, fit })) {
    if (value !== undefined && crop !== undefined) {
      throw new TweedieError('usage', `\`${name}\` is for images that are scaled, and \`crop\` cuts them unscaled`)
    }
  }
}

const tokenHint = 'a text file, `tokens: bytes` for any file, or `categories: 17` for images'

function refuse(options: DataValues, name: keyof DataValues, why: string, hint?: string): void {
  if (options[name] !== undefined) throw new TweedieError('usage', `\`${name}\` ${why}`, hint ? { hint } : {})
}

/** Captioned data prepared for training: with the tokeniser and the text encoder that a run names. */
import type { Words } from '../../compiled/words.ts'
import { wordEncoder } from '../../compiled/words-part.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import type { FamilyModel, PrepareSetting, Wanted } from '../family.ts'
import type { CaptionSpec } from './caption-spec.ts'
import type { CaptionValues } from './caption-spec-of.ts'
import { OwnWords } from './own-words.ts'
import { encoderName, usedAs } from './side-by-side.ts'
import { storedCodes } from './stored-codes.ts'
import { captionsOf, type FrozenWords, type GivenWords, type WordsData } from './words-data.ts'
import { withFacts } from '../../files/data/stored-dataset.ts'

/**
 * The data, with what options or a specification name. Vectors of a frozen encoder are worked out once, where captions are always read
 * as they are.
 *
 * @param wordsOf the words of a model of the family
 * @throws TweedieError `model` for files that are no tokeniser or no text encoder, or do not belong together
 */
export async function withWords<Data extends ArrayDataset>(
  data: Data,
  { options, spec, beside }: Wanted<{ readonly captions?: CaptionSpec | undefined }>,
  setting: PrepareSetting,
  wordsOf: (model: FamilyModel) => Words | undefined,
): Promise<Data & WordsData> {
  const known = spec?.captions
  const values: CaptionValues = options ?? {}
  if ((values.captions !== true && known === undefined) || (data as WordsData).words) return data
  const ofEncoder = options ? values.textEncoder : known!.frozen && sourceOf(known!.frozen)
  const ofTokenizer = options ? values.tokenizer : known!.frozen ? undefined : known!.tokenizer.path
  if (ofEncoder === undefined && ofTokenizer === undefined) {
    const places = values.places ?? known?.encoder.config['length']
    return beside ? wordsOfBoth(data, beside as Data, places as number | undefined) : data
  }
  const words =
    ofEncoder === undefined
      ? await tokenizerFrom(ofTokenizer, values.places ?? Number(known?.encoder.config['length'] ?? 0), setting)
      : await encodersFrom(ofEncoder, ofTokenizer, setting, wordsOf)
  const varied = options
    ? varies(values)
    : varies({ keywordDropout: known!.keywordDropout, shuffleKeywords: known!.shuffle })
  const { frozen, changing } = words
  if (!frozen || varied || changing) return withFacts(data, { words })
  const codes = await storedCodes(captionsOf(data), frozen, setting)
  return withFacts(data, { words: { ...words, ...(codes && { codes }) } })
}

/** Items that are judged, with the words that training has. */
async function wordsOfBoth<Data extends ArrayDataset>(
  data: Data,
  trained: WordsData,
  places: number | undefined,
): Promise<Data & WordsData> {
  const { tokenizerOfCaptions } = await import('./caption-spec-of.ts')
  return withFacts(data, {
    words: { tokenizer: trained.words?.tokenizer ?? tokenizerOfCaptions(trained, places, 'skip') },
  })
}

/** Whether captions are changed while they are drawn. */
function varies({ keywordDropout = 0, shuffleKeywords = false }: CaptionValues): boolean {
  return keywordDropout > 0 || shuffleKeywords
}

async function tokenizerFrom(source: unknown, places: number, setting: PrepareSetting): Promise<GivenWords> {
  const { tokenizer, path } = await setting.tokenizer(source)
  return { tokenizer: shortened(tokenizer, places), ...(path !== undefined && { path }) }
}

/** With fewer places. @throws TweedieError `usage` for more than it has */
function shortened(tokenizer: CaptionTokenizer, places: number): CaptionTokenizer {
  if (places === 0 || places === tokenizer.length) return tokenizer
  if (places > tokenizer.length) {
    throw new TweedieError('usage', `\`places: ${places}\`: the tokeniser has ${tokenizer.length}`)
  }
  return { ...tokenizer, length: places }
}

async function encodersFrom(
  source: unknown,
  ofTokenizer: unknown,
  setting: PrepareSetting,
  wordsOf: (model: FamilyModel) => Words | undefined,
): Promise<GivenWords> {
  const found =
    source instanceof OwnWords
      ? { words: source.words ?? (await wordsIn(source, setting, wordsOf)), path: source.path, whole: true }
      : await encoderFrom(source, ofTokenizer, setting)
  const changing = setting.changing?.(found.words.encoders)
  const frozen = changing ? { ...found, words: { ...found.words, encoders: changing } } : found
  return {
    tokenizer: frozen.words.encoders[0]!.tokenizer,
    frozen,
    ...(changing && { changing: true }),
    ...(frozen.path !== undefined && { path: frozen.path }),
  }
}

async function wordsIn(
  { path }: OwnWords,
  setting: PrepareSetting,
  wordsOf: (model: FamilyModel) => Words | undefined,
): Promise<Words> {
  const words = wordsOf((await setting.open(path)).model)
  if (words) return words
  throw new TweedieError('model', `${path}: the model knows no words, and did when this run began`)
}

async function encoderFrom(source: unknown, ofTokenizer: unknown, setting: PrepareSetting): Promise<FrozenWords> {
  const { encoders, path } = await setting.textEncoders(source)
  const own = ofTokenizer === undefined ? undefined : (await setting.tokenizer(ofTokenizer)).tokenizer
  if (own && encoders.length > 1) {
    throw new TweedieError('usage', '`tokenizer`: each of several text encoders reads by the one that lies beside it', {
      hint: `leave \`tokenizer\` out, or name one encoder, such as ${path ?? 'FOLDER'}/text_encoder`,
    })
  }
  const manner = usedAs(encoders.length)
  const words = encoders.map((encoder, i) => {
    const tokenizer = own ?? encoder.tokenizer
    if (tokenizer) return wordEncoder(encoder, tokenizer, { name: encoderName(i), ...manner })
    const whose = encoders.length > 1 ? `${encoderName(i)} of ` : ''
    throw new TweedieError('model', `\`textEncoder\`: there is no tokenizer with ${whose}${path ?? 'it'}`, {
      hint: encoders.length > 1 ? 'copy the whole folder again' : '`tokenizer` says where its files are',
    })
  })
  return { words: { encoders: words }, ...(path !== undefined && { path }) }
}

/** Where the encoder of a run is. */
function sourceOf({ path, whole }: { readonly path?: string | undefined; readonly whole?: boolean | undefined }) {
  return path === undefined ? unnamed('text encoder') : whole ? new OwnWords(undefined, path) : path
}

function unnamed(what: string): never {
  throw new TweedieError('usage', `the ${what} of this run was given in memory: prepare the data with it again`)
}

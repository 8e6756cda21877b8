/** Runs that learn a word of a model that stays as it is. */
import { folderForm, type FolderForm } from './folder-form.ts'
import { textEncoderOf, textEncoderPart } from '../../compiled/text-encoder-part.ts'
import { tokenizerFolder } from '../../compiled/words-part.ts'
import type { WordEncoder } from '../../compiled/words.ts'
import { TweedieError } from '../../errors.ts'
import type { Family, FamilyModel, OwnParts, PrepareSetting } from '../../families/family.ts'
import type { Opened } from '../../families/registry.ts'
import { folderOfInput } from '../../files/io/folder-of-input.ts'
import { filesBelow, filesIn, type ModelFolder } from '../../files/io/model-folder.ts'
import type { CaptionTokenizer } from '../../files/text/caption-tokenizer.ts'
import { captionTokenizerOf } from '../../files/text/captions-of.ts'
import type { OptionValues, ValuesOf } from '../../options.ts'
import { wordProblem } from '../../tools/train/new-word.ts'
import type { TrainData, TrainProblem } from '../../tools/train/problem.ts'
import type { BaseSpec, WordSpec } from '../../tools/train/spec.ts'
import type { adaptOptions } from '../adapt-options.ts'
import { baseOf, baseWeights, type DataWithBase, requireBase, withBase } from './adapted.ts'
import { likeBase } from './like-base.ts'
import { withEmbeddings } from './with-embeddings.ts'

/** A word to learn, before its model is known. */
export type WantedWord = Pick<WordSpec, 'token' | 'vectors' | 'from'>

/** The word that options ask for, if they do. @throws TweedieError `usage` for options of a word without one */
export function wordOf(values: OptionValues): WantedWord | undefined {
  const { newWord, newWordFrom, newWordVectors, lora } = values as ValuesOf<typeof adaptOptions>
  if (newWord === undefined) {
    const name = newWordFrom === undefined ? 'newWordVectors' : 'newWordFrom'
    if (newWordFrom === undefined && newWordVectors === undefined) return undefined
    throw new TweedieError('usage', `\`${name}\` is about a word to learn, and none is named`, {
      hint: '`newWord: <icon>`',
    })
  }
  if (lora !== undefined) {
    throw new TweedieError('usage', '`newWord` and `lora`: a run learns a word, or adapters', {
      hint: 'learn the word first; `embedding` adds it where the model is used',
    })
  }
  return { token: newWord, vectors: newWordVectors ?? 1, ...(newWordFrom !== undefined && { from: newWordFrom }) }
}

/** Surroundings whose text encoders know the word, with the vectors that it begins with. */
export function settingWithWord(word: WantedWord, setting: PrepareSetting): PrepareSetting {
  return {
    ...setting,
    changing: (encoders) => encoders.map((each) => encoderWithWord(word, each)),
  }
}

function encoderWithWord(word: WantedWord, own: WordEncoder): WordEncoder {
  const { name, tokenizer } = own
  const part = textEncoderPart(own)
  const table = [...part.weights].find(([each]) => /(^|\.)token_embedding\.weight$/.test(each))?.[1]
  if (table === undefined) throw new TweedieError('usage', '`newWord`: the text encoder has no table of tokens')
  const shape = [word.vectors, table.shape[1]!]
  const data = firstVectors(word, table, tokenizer)
  const folder = withEmbeddings(
    {
      components: new Map([[name, part]]),
      files: filesIn(tokenizerFolder(name), tokenizer.files()),
      meta: {},
    } as unknown as ModelFolder,
    [{ token: word.token, source: '`newWord`', alone: true, vectors: new Map([[name, { shape, data }]]) }],
  )
  const files = filesBelow(folder.files, tokenizerFolder(name))
  const known = captionTokenizerOf(files, tokenizerFolder(name), { length: tokenizer.length })
  return {
    ...own,
    stored: undefined,
    ...textEncoderOf(folder.components.get(name)!, 'high'),
    tokenizer: { ...known, length: tokenizer.length },
  }
}

/** The pieces of the word that it begins as, in turn; without one, the mean of all vectors. */
function firstVectors(
  { from, vectors }: WantedWord,
  { shape, data }: { readonly shape: readonly number[]; readonly data: Float32Array },
  tokenizer: CaptionTokenizer,
): Float32Array {
  const [rows, width] = shape as [number, number]
  const out = new Float32Array(vectors * width)
  if (from === undefined) {
    const mean = new Float64Array(width)
    for (let i = 0; i < data.length; i++) mean[i % width]! += data[i]! / rows
    for (let i = 0; i < out.length; i++) out[i] = mean[i % width]!
    return out
  }
  const ids = tokenizer.pieces(from).map(({ id }) => id)
  if (ids.length === 0) throw new TweedieError('usage', `\`newWordFrom: ${from}\` is no word`)
  for (let k = 0; k < vectors; k++) {
    const id = ids[k % ids.length]!
    out.set(data.subarray(id * width, (id + 1) * width), k * width)
  }
  return out
}

/** The same run, with a word in place of all weights. @throws TweedieError `usage` where no caption has it, or no model is named */
export async function wordSpecification<
  Decided extends { readonly family: Family; readonly spec: BaseSpec; readonly dataset: TrainData },
>(
  decided: Decided,
  wanted: WantedWord,
  { family, model, path }: Pick<Opened, 'family' | 'model'> & { readonly path?: string | undefined },
  own: OwnParts,
): Promise<Decided> {
  const { captions = [], name } = decided.dataset as { captions?: readonly (readonly string[])[]; name: string }
  const token = wanted.token.toLowerCase()
  if (!captions.flat().some((text) => text.toLowerCase().includes(token))) {
    throw new TweedieError('usage', `\`newWord: ${wanted.token}\`: no caption of ${name} has it`, {
      hint: `write captions with it, such as "a photo of ${wanted.token}"`,
    })
  }
  const base = await baseOf(family, model, path)
  const word: WordSpec = { ...wanted, base: { ...(path !== undefined && { path }), sum: base.sum } }
  const spec = { ...decided.spec, word }
  const dataset = withBase(decided.dataset, base)
  wordFrom(await decided.family.problem(spec, dataset, own), spec, dataset, await folderForm(decided.family), own)
  return { ...decided, spec, dataset }
}

/** The problem of a specification with a word. @throws TweedieError `usage` where the data come without the model */
export function wordFrom<Model>(
  problem: TrainProblem<Model>,
  { word: spec }: Pick<BaseSpec, 'word'>,
  { base }: DataWithBase,
  { write, read }: FolderForm,
  own: OwnParts,
): TrainProblem<Model> {
  requireBase(spec!, base)
  const made = wordProblem(problem, spec!, baseWeights(problem, base))
  return {
    ...made,
    async snapshot(state, training) {
      const { word, ...model } = await made.snapshot(state, training)
      const input = await write(model as unknown as FamilyModel)
      const plain = folderOfInput({ ...base.folder, ...likeBase(base.folder, input) })
      const named = { token: spec!.token, source: 'the word', alone: word.vectors.size === 1, vectors: word.vectors }
      return { ...read(withEmbeddings(plain, [named]), own), word } as unknown as Model
    },
  }
}

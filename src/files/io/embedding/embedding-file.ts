/**
 * Files of words that were learned by textual inversion (Gal et al., An Image is Worth One Word, 2022): vectors of a text encoder's table of
 * tokens. Read are the layout of diffusers, where the name of a tensor is the word, and the one of the web interface of Stable Diffusion
 * (`emb_params`; `clip_l` and `clip_g` for two encoders), where the file's name is.
 */
import { TweedieError } from '../../../errors.ts'
import type { ModelWeight } from '../component.ts'
import { readSafetensors, type SafeTensor, toFloat32, writeSafetensors } from '../safetensors.ts'

/** A word, and its vectors in each encoder. */
export interface LearnedWord {
  /** The word, where the file says it. */
  readonly token?: string | undefined
  /** `[k, width]` by encoder: `text_encoder`, `text_encoder_2`; k places in a text. */
  readonly vectors: ReadonlyMap<string, ModelWeight>
  /** Whether the file names no encoder, so that it is the only one that is meant. */
  readonly alone: boolean
}

/** The file of a run, as diffusers looks for it. */
export const embeddingFile = 'learned_embeds.safetensors'

/** The word in the metadata of a file whose tensors do not name it: ours have it. */
const tokenKey = 'token'

/** Tensors of the web interface, and their encoders. */
const places: Readonly<Record<string, string>> = {
  emb_params: 'text_encoder',
  clip_l: 'text_encoder',
  clip_g: 'text_encoder_2',
}

/**
 * The words in the bytes of a file.
 *
 * @param source the file's name in errors
 * @throws TweedieError `model` for a pickle, a file of something else, or vectors that are not finite
 * @example
 * const [word] = decodeEmbedding(await readFile('learned_embeds.safetensors')) // { token: '<icon>', vectors: …, alone: true }
 */
export function decodeEmbedding(bytes: Uint8Array, source = 'embedding'): readonly LearnedWord[] {
  if (isPickle(bytes)) {
    throw new TweedieError('model', `${source}: a pickle of PyTorch, which may run any code and is not read`, {
      hint: 'save its vectors with safetensors: save_file({"<word>": vectors}, "word.safetensors")',
    })
  }
  const { tensors, metadata } = readSafetensors(bytes, source)
  if (tensors.size === 0) throw noEmbedding(source, 'it is empty')
  const vectors = new Map(Array.from(tensors, ([name, tensor]) => [name, vectorsOf(tensor, name, source)]))
  const placed = [...vectors.keys()].filter((name) => Object.hasOwn(places, name))
  if (placed.length === 0) {
    return Array.from(vectors, ([token, each]) => ({ token, alone: true, vectors: new Map([['text_encoder', each]]) }))
  }
  const other = [...vectors.keys()].find((name) => !Object.hasOwn(places, name))
  if (other !== undefined) throw noEmbedding(source, `beside ${placed.join(' and ')} it has ${other}`)
  if (placed.length > 1 && placed.includes('emb_params')) throw noEmbedding(source, `it has ${placed.join(' and ')}`)
  const token = metadata[tokenKey]
  return [
    {
      ...(token !== undefined && { token }),
      alone: placed[0] === 'emb_params',
      vectors: new Map(placed.map((name) => [places[name]!, vectors.get(name)!])),
    },
  ]
}

/**
 * The bytes of a file of one word: diffusers' layout for one encoder, `clip_l` and `clip_g` for two, whose word is in the metadata.
 *
 * @throws TweedieError `model` for other encoders
 */
export function encodeEmbedding(token: string, vectors: ReadonlyMap<string, ModelWeight>): Uint8Array<ArrayBuffer> {
  const [only] = vectors.values()
  if (vectors.size === 1) return writeSafetensors(new Map([[token, only!]]), { format: 'pt' })
  const named = Array.from(vectors, ([name, each]) => {
    const place = ['clip_l', 'clip_g'].find((key) => places[key] === name)
    if (place === undefined) throw new TweedieError('model', `a word of ${name} has no place in a file`)
    return [place, each] as const
  })
  return writeSafetensors(new Map(named), { format: 'pt', [tokenKey]: token })
}

/** A zip archive, or a bare pickle. */
function isPickle(bytes: Uint8Array): boolean {
  return (bytes[0] === 0x50 && bytes[1] === 0x4b) || (bytes[0] === 0x80 && bytes[1]! <= 5 && bytes[7] !== 0)
}

function vectorsOf(tensor: SafeTensor, name: string, source: string): ModelWeight {
  const { shape } = tensor
  if (shape.length < 1 || shape.length > 2 || shape.includes(0) || !/^B?F\d+$/.test(tensor.dtype)) {
    throw noEmbedding(source, `${name} is ${tensor.dtype} [${shape.join(', ')}]`)
  }
  const data = toFloat32(tensor)
  if (!data.every(Number.isFinite)) {
    throw new TweedieError('model', `${source}: ${name} has numbers that are not finite`, {
      hint: 'its training diverged',
    })
  }
  return { shape: shape.length === 1 ? [1, shape[0]!] : shape, data }
}

function noEmbedding(source: string, what: string): TweedieError {
  return new TweedieError('model', `${source}: no file of a learned word: ${what}`, {
    hint: 'vectors [k, width] are read, under the name of the word, emb_params, or clip_l and clip_g',
  })
}

/// <reference lib="esnext.disposable" preserve="true" />
/** Prompts → numbers: by all encoders of a model, compiled once, each text encoded once. */
import { contextSpec, textSize } from '../../engine/nn/text-context.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { TweedieError } from '../../errors.ts'
import type { Words } from '../words.ts'
import { type Chunk, chunkOf, chunksOf, weightedPieces } from './chunks.ts'
import { parsePrompt } from './grammar.ts'
import { promptRemarks } from './remarks.ts'
import { remembering } from './remembering.ts'
import type { TextCondition } from './text-condition.ts'
import { weigh } from './weigh.ts'

/** How prompts are read. */
export interface PromptOptions {
  /** What happens to a prompt that is longer than the encoder's places: it is cut, with a remark (default), or several chunks follow each other. */
  readonly longPrompts?: 'cut' | 'chunks' | undefined
  /** Whether `(words:1.3)` is a weight; yes by default. Otherwise all of it is text. */
  readonly weights?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** Prompts as numbers. */
export interface EncodedPrompts {
  /** In the order of the prompts; all have as many places. */
  readonly prompts: readonly TextCondition[]
  /** What was cut or not known, a sentence each. */
  readonly notes: readonly string[]
}

/** Encoders that run. Calls may overlap. */
export interface PromptEncoder extends Disposable {
  /** How many texts were encoded so far, by any encoder; a text that was encoded before is not encoded again. */
  readonly encoded: number
  /**
   * Encodes prompts; null is "nothing": all zeros.
   *
   * @throws TweedieError `usage` for a prompt whose brackets make no sense, `data` for text that a vocabulary cannot spell
   */
  encode(prompts: readonly (string | null)[], options?: PromptOptions): Promise<EncodedPrompts>
  dispose(): void
}

/**
 * Encoders for prompts, compiled when the first one comes.
 *
 * @throws TweedieError `model` for encoders that do not go side by side
 * @example
 * using encoder = promptEncoder(words, engine)
 * const { prompts, notes } = await encoder.encode(['a (red:1.3) circle', null])
 */
export function promptEncoder(
  { encoders }: Words,
  engine: Engine,
  session: Pick<SessionOptions, 'device' | 'threads' | 'profile'> = {},
): PromptEncoder {
  const { length, size } = contextSpec(encoders.map(({ encoder }) => encoder))
  const { pooledWidth, masked: flagged = false } = encoders.at(-1)!.encoder
  const pooledSize = pooledWidth === undefined ? undefined : pooledWidth - Number(flagged)
  const running = encoders.map((each) => remembering(each, engine, session))
  const dispose = (): void => running.forEach((each) => each.dispose())

  const one = async (
    chunks: readonly (readonly Chunk[])[],
    signal: AbortSignal | undefined,
  ): Promise<TextCondition> => {
    const count = chunks[0]!.length
    const values = new Float32Array(count * length * size)
    const flags = new Float32Array(count * length)
    let [pooled, column]: [Float32Array | undefined, number] = [undefined, 0]
    for (const [i, { vectors, encoder, empty }] of running.entries()) {
      const [own, { width, masked = false }] = [textSize(encoder), encoder]
      for (const [n, chunk] of chunks[i]!.entries()) {
        const made = await vectors(chunk.tokens, signal)
        const hidden = made.hidden.slice()
        if (chunk.weights.some((weight) => weight !== 1)) {
          weigh(hidden, (await vectors(empty.tokens, signal)).hidden, chunk.weights, masked)
        }
        for (let place = 0; place < length; place++) {
          const [from, to] = [place * width, n * length + place]
          values.set(hidden.subarray(from, from + own), to * size + column)
          flags[to] = Math.max(flags[to]!, masked ? hidden[from + own]! : 1)
        }
        // a long text's vector is that of its beginning
        if (n === 0) pooled = made.pooled?.slice(0, made.pooled.length - Number(masked))
      }
      column += own
    }
    return { length: count * length, size, values, flags, pooled, places: chunks[0]!.flatMap(({ places }) => places) }
  }

  const encoded: PromptEncoder['encode'] = async (prompts, { longPrompts = 'cut', weights = true, signal } = {}) => {
    if (prompts.length === 0) throw new TweedieError('usage', '`prompt`: no prompt is given')
    const [notes, cut] = [new Set<string>(), longPrompts === 'cut']
    const laid = prompts.map((prompt) =>
      prompt === null
        ? null
        : encoders.map(({ tokenizer, name }) => {
            const pieces = weightedPieces(tokenizer, weights ? parsePrompt(prompt) : [{ text: prompt, weight: 1 }])
            const where = encoders.length > 1 ? name : undefined
            for (const note of promptRemarks(tokenizer, pieces, { cut, where })) notes.add(note)
            return cut ? [chunkOf(tokenizer, pieces)] : chunksOf(tokenizer, pieces)
          }),
    )
    const count = Math.max(1, ...laid.flatMap((each) => each?.map((chunks) => chunks.length) ?? []))
    const made: TextCondition[] = []
    for (const chunks of laid) {
      made.push(
        chunks === null
          ? nothingOf(count * length, size, pooledSize)
          : await one(
              chunks.map((own, i) => [...own, ...Array.from({ length: count - own.length }, () => running[i]!.empty)]),
              signal,
            ),
      )
    }
    return { prompts: made, notes: [...notes] }
  }
  let calls = 0

  return {
    get encoded() {
      return running.reduce((sum, { encoded }) => sum + encoded(), 0)
    },
    async encode(prompts, options) {
      calls++
      try {
        return await encoded(prompts, options)
      } finally {
        if (--calls === 0) for (const each of running) each.rest()
      }
    },
    dispose,
    [Symbol.dispose]: dispose,
  }
}

/**
 * Encodes prompts once; whoever has more to come keeps a {@link promptEncoder}.
 *
 * @example
 * const { prompts } = await encodePrompts(model.words, ['a red circle', 'a (blue:1.2) square'], engine)
 */
export async function encodePrompts(
  words: Words,
  prompts: readonly (string | null)[],
  engine: Engine,
  { device, threads, profile, ...options }: PromptOptions & Parameters<typeof promptEncoder>[2] = {},
): Promise<EncodedPrompts> {
  const session = { ...(device && { device }), ...(threads && { threads }), ...(profile && { profile }) }
  using encoder = promptEncoder(words, engine, session)
  return await encoder.encode(prompts, options)
}

/** No text: zeros everywhere. */
function nothingOf(length: number, size: number, pooled: number | undefined): TextCondition {
  return {
    length,
    size,
    values: new Float32Array(length * size),
    flags: new Float32Array(length),
    ...(pooled !== undefined && { pooled: new Float32Array(pooled) }),
    places: Array.from({ length }, () => undefined),
  }
}

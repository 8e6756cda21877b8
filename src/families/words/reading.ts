/** How captions get into the graph of training: as tokens, where the encoders are a part of it, or as vectors that were worked out before. */
import { pooledName } from '../../compiled/prompts/text-condition.ts'
import { contextName, type WordEncoder } from '../../compiled/words.ts'
import { input, mul, reshape, type Tensor } from '../../engine/graph/index.ts'
import { contextSpec, textContext } from '../../engine/nn/text-context.ts'
import type { TextCode } from '../../engine/nn/text-encoder.ts'
import { fold } from '../../engine/random/index.ts'
import { captionTokens } from '../../files/text/caption-tokenizer.ts'
import { captionDrawer, drawText } from '../../tools/train/caption-draws.ts'
import { partScope } from '../../tools/train/parts.ts'
import type { ConditionBatch, LearnedConditions, LearnedFeeds } from '../learned-conditions.ts'
import type { CaptionCodes } from './caption-codes.ts'
import type { CaptionSpec } from './caption-spec.ts'

/** An encoder of a run, without its weights. */
export type RunEncoder = Pick<WordEncoder, 'name' | 'encoder' | 'tokenizer' | 'skip' | 'finalNorm'>

/** How captions get into the graph. */
export interface Reading extends Pick<LearnedConditions, 'feeds' | 'conditions'> {
  /** Fills the feeds. @param left whether item j has no caption */
  read(feeds: LearnedFeeds, batch: ConditionBatch, left: (j: number) => boolean): void
}

/** What is read, and what a caption that is left out is. */
export interface Captioned {
  readonly spec: CaptionSpec
  readonly captions: readonly (readonly string[])[]
  /** Side by side. */
  readonly encoders: readonly RunEncoder[]
  /** Whether the network takes the vector of the whole text as well. */
  readonly pooled: boolean
  /** Whether a caption that is left out is zeros, and not the empty text. */
  readonly emptyIsNothing: boolean
}

/** The input of the tokens of an encoder's texts, `[N, length]`. */
const tokensInput = (i: number): string => (i === 0 ? 'tokens' : `tokens_${i + 1}`)
/** An input `[N]`: 1, or 0 for a text that is left out. */
const toldInput = 'told'

/** As tokens: the encoders are parts of the graph. */
export function readTokens({ spec, captions, encoders, pooled: isPooled, emptyIsNothing }: Captioned): Reading {
  const { keywordDropout, shuffle: keywordShuffle, keepKeywords, frozen } = spec
  const readers = encoders.map(({ tokenizer }, i) => ({
    name: tokensInput(i),
    length: tokenizer.length,
    // each draws by the same numbers, so all read the same text
    draw: captionDrawer(captions, tokenizer, { keywordDropout, keywordShuffle, keepKeywords }),
    empty: captionTokens(tokenizer, []).tokens,
  }))
  const networks = encoders.map(({ encoder }) => encoder)
  const context = contextSpec(networks)
  return {
    conditions(parts, scope, items, dropout) {
      const codes = encoders.map(({ name, encoder, skip, finalNorm }, i): TextCode => {
        const tokens = input(tokensInput(i), [items, encoder.length], 'int32')
        return encoder.encode(partScope(parts, name, scope), tokens, frozen ? { skip, finalNorm } : { dropout })
      })
      const hidden = codes.length === 1 ? codes[0]!.hidden : textContext(networks, codes, context)
      const { pooled } = codes.at(-1)!
      const told = emptyIsNothing ? input(toldInput, [items]) : undefined
      const kept = (x: Tensor): Tensor => (told ? mul(x, reshape(told, [items, ...x.shape.slice(1).map(() => 1)])) : x)
      return { [contextName]: kept(hidden), ...(isPooled && { [pooledName]: kept(pooled!) }) }
    },
    feeds: (batch) => ({
      ...Object.fromEntries(readers.map(({ name, length }) => [name, new Int32Array(batch * length)])),
      ...(emptyIsNothing && { [toldInput]: new Float32Array(batch) }),
    }),
    read(feeds, batch, left) {
      for (const { name, length, draw, empty } of readers) {
        const tokens = feeds[name] as Int32Array
        draw(batch, tokens)
        for (let j = 0; j < batch.indices.length; j++) if (left(j)) tokens.set(empty, j * length)
      }
      if (emptyIsNothing) for (let j = 0; j < batch.indices.length; j++) feeds[toldInput]![j] = Number(!left(j))
    },
  }
}

/** As vectors that were worked out before. */
export function readCodes(codes: CaptionCodes, { captions, pooled: isPooled, emptyIsNothing }: Captioned): Reading {
  const empty = codes.get('')!
  const nothing = {
    context: new Float32Array(empty.context.length),
    pooled: new Float32Array(empty.pooled?.length ?? 0),
  }
  const leftOut = emptyIsNothing ? nothing : empty
  return {
    conditions: () => ({}),
    feeds: (batch) => ({
      [contextName]: new Float32Array(batch * empty.context.length),
      ...(isPooled && { [pooledName]: new Float32Array(batch * empty.pooled!.length) }),
    }),
    read(feeds, { key, step, indices }, left) {
      const stream = fold(key, 'captions', step)
      for (let j = 0; j < indices.length; j++) {
        const item = indices[j]!
        const code = left(j) ? leftOut : codes.get(drawText(captions[item]!, fold(stream, item), {}))!
        feeds[contextName]!.set(code.context, j * code.context.length)
        if (isPooled) feeds[pooledName]!.set(code.pooled!, j * code.pooled!.length)
      }
    },
  }
}

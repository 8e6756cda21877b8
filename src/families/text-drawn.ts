/** Drawn items of tokens: texts, pictures of maps and levels, arrays. */
import { itemSize } from '../files/data/dataset.ts'
import { isPicture, tokenPictureOf } from '../files/show/token-picture.ts'
import { type Readable, textOf } from '../files/show/token-text.ts'
import type { Drawn, Makes, View } from './family.ts'

/** The parts of a model that read its tokens. */
export interface ReadableTokens extends Readable {
  /** How many values a token may have. */
  readonly categories: number
}

/** The formats of its items. */
export function makesOfTokens(tokens: Pick<Readable, 'vocabulary'>): Makes {
  return { pictures: isPicture(tokens) ? 'each' : 'none', texts: true }
}

/** A view of tokens `[n, ...shape]`. */
export function tokensView(readable: ReadableTokens, tokens: Int32Array): View {
  return {
    texts: () => textOf(readable, tokens),
    ...(isPicture(readable) && {
      raster: (layout = {}) => tokenPictureOf(readable, tokens, readable.categories, layout),
    }),
  }
}

/** Items that were made. */
export function drawnTokens(
  readable: ReadableTokens,
  tokens: Int32Array,
  facts: Pick<Drawn, 'how' | 'howText'> & Partial<Pick<Drawn, 'classes' | 'frames'>>,
): Drawn {
  const size = itemSize(readable.shape)
  const count = tokens.length / size
  const shape = [count, ...readable.shape]
  return {
    ...tokensView(readable, tokens),
    ...facts,
    count,
    shape,
    array: () => ({ shape, data: tokens }),
    part: (first, some) => tokensView(readable, tokens.subarray(first * size, (first + some) * size)),
  }
}

/** The trajectory of items: their tokens after each step, batch after batch. */
export function wayOf(readable: ReadableTokens): {
  put(index: number, time: number, tokens: Int32Array): void
  frames(): NonNullable<Drawn['frames']>
} {
  const steps: { readonly time: number; readonly parts: Int32Array[] }[] = []
  return {
    put(index, time, tokens) {
      ;(steps[index] ??= { time, parts: [] }).parts.push(tokens.slice())
    },
    frames: () =>
      steps.map(({ time, parts }) => {
        const all = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0))
        parts.reduce((at, part) => (all.set(part, at), at + part.length), 0)
        return { time, ...tokensView(readable, all) }
      }),
  }
}

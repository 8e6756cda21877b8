/** An image encoder: from a picture to vectors that are conditions of a network. */
import { broadcastTo, concat, input, mul, reshape, type Shape, type Tensor } from '../graph/index.ts'
import { type Layout, layoutOf } from './layout.ts'
import type { Dropout } from './network.ts'
import { Scope } from './parameters.ts'

/** What an encoder makes of pictures. */
export interface ImageCode {
  /** `[N, length, width]`: a vector for each place of the picture. */
  readonly hidden: Tensor
  /** `[N, pooledWidth]`: one vector for the whole picture. */
  readonly pooled: Tensor
}

/** An image encoder, without its parameters: an architecture. */
export interface ImageEncoder {
  /** The name that a model folder gives it. */
  readonly className: string
  /** Everything needed to build it again, as JSON. */
  readonly config: Readonly<Record<string, unknown>>
  /** The shape of one picture, `[C, H, W]`. */
  readonly inputShape: Shape
  /** The places that it has vectors for. */
  readonly length: number
  /** The size of a place's vector. */
  readonly width: number
  /** The size of {@link ImageCode.pooled}. */
  readonly pooledWidth: number
  /** Declares the parameters in `scope`. @param x pictures in [−1, 1], `[N, ...inputShape]` */
  encode(scope: Scope, x: Tensor, options?: ImageEncoderOptions): ImageCode
  /** The parameter's name for a name in a weights file of an older convention. */
  rename?(name: string): string
  /** Names of tensors in older weights files that are no parameters. */
  readonly buffers?: readonly string[] | undefined
}

/** How to build. */
export interface ImageEncoderOptions {
  /** How many of the last layers `hidden` leaves out; default 0. */
  readonly skip?: number | undefined
  /** How to drop activations while training; left out otherwise. */
  readonly dropout?: Dropout | undefined
}

/** Where every parameter of an encoder lies. */
export function imageEncoderParameters(encoder: ImageEncoder): Layout {
  const scope = new Scope()
  encoder.encode(scope, input('x', [1, ...encoder.inputShape]))
  return layoutOf(scope.specs, encoder.rename)
}

/**
 * Vectors with a flag behind each, as a condition with `nothing` has them: where there is no picture, all is 0.
 *
 * @param vectors `[N, D]` or `[N, S, D]`
 * @param there `[N]`: 1 where an item has a picture, 0 where it is left out
 */
export function withPresence(vectors: Tensor, there: Tensor): Tensor {
  const [batch, ...rest] = vectors.shape as [number, ...number[]]
  const flags = reshape(there, [batch, ...rest.map(() => 1)])
  return concat([mul(vectors, flags), broadcastTo(flags, [batch, ...rest.slice(0, -1), 1])], rest.length)
}

/** A text encoder: from the tokens of a caption to the vectors that a network attends to. */
import { input } from '../graph/index.ts'
import type { GraphFiles, Tensor } from '../graph/index.ts'
import { type Layout, layoutOf } from './layout.ts'
import type { Dropout } from './network.ts'
import { Scope } from './parameters.ts'

/** What an encoder makes of captions. */
export interface TextCode {
  /** `[N, length, width]`: a vector for each place. */
  readonly hidden: Tensor
  /** `[N, pooledWidth]`: one vector for the whole caption, if the encoder has one. */
  readonly pooled?: Tensor | undefined
}

/** A text encoder, without its parameters: an architecture. */
export interface TextEncoder {
  /** The name that a model folder gives it. */
  readonly className: string
  /** Everything needed to build it again, as JSON. */
  readonly config: Readonly<Record<string, unknown>>
  /** The places of a caption. */
  readonly length: number
  /** Tokens are 0 … vocabulary − 1. */
  readonly vocabulary: number
  /** The size of a place's vector. */
  readonly width: number
  /** The size of {@link TextCode.pooled}. */
  readonly pooledWidth?: number | undefined
  /**
   * Whether its vectors say where there is nothing: a last number of each, which `width` and `pooledWidth` count, is 1 where there is a
   * word, and all numbers are 0 where there is none.
   */
  readonly masked?: boolean | undefined
  /** The files that it is, where its graph and its weights lie in such. */
  readonly onnx?: GraphFiles | undefined
  /** Declares the parameters in `scope`. @param tokens `[N, length]`, int32 */
  encode(scope: Scope, tokens: Tensor, options?: TextEncoderOptions): TextCode
  /** The parameter's name for a name in a weights file of an older convention. */
  rename?(name: string): string
  /** Names of tensors in older weights files that are no parameters. */
  readonly buffers?: readonly string[] | undefined
}

/** How to build. */
export interface TextEncoderOptions {
  /** How many of the last layers `hidden` leaves out; default 0. 1 is diffusers' `clip_skip: 1`. `pooled` is always behind all. */
  readonly skip?: number | undefined
  /** Whether the norm behind the last layer is applied to `hidden`; yes by default. Stable Diffusion XL takes it without. */
  readonly finalNorm?: boolean | undefined
  /** How to drop activations while training; left out otherwise. */
  readonly dropout?: Dropout | undefined
}

/** Where every parameter of an encoder lies. */
export function textEncoderParameters(encoder: TextEncoder): Layout {
  const scope = new Scope()
  encoder.encode(scope, input('tokens', [1, encoder.length], 'int32'))
  return layoutOf(scope.specs, encoder.rename)
}

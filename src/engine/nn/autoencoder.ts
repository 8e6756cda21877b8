/** An autoencoder: the interface for trainers, and for models that live in the latent space of one. */
import type { GraphFiles, Shape, Tensor } from '../graph/index.ts'
import { input } from '../graph/index.ts'
import { type Layout, layoutOf } from './layout.ts'
import type { Dropout } from './network.ts'
import { Scope } from './parameters.ts'

/** The law of a code given data: a diagonal Gaussian. Without a variance, the code itself. */
export interface Code {
  /** `[N, ...latentShape]`. */
  readonly mean: Tensor
  /** log σ², of the same shape. */
  readonly logVariance?: Tensor | undefined
}

/** An encoder and a decoder, without their parameters: an architecture. */
export interface Autoencoder {
  /** The name that a model folder gives it. */
  readonly className: string
  /** Everything needed to build it again, as JSON. */
  readonly config: Readonly<Record<string, unknown>>
  /** The shape of one item of the data, without the batch axis. */
  readonly inputShape: Shape
  /** The shape of one code. */
  readonly latentShape: Shape
  /** What the decoder gives for one item: the data's shape, if its likelihood needs nothing else. */
  readonly outputShape: Shape
  /** Heights and widths of the data must be multiples of it; left out: any size is allowed. */
  readonly stride?: number
  /** The files that it is, where its graphs and weights lie in such. */
  readonly onnx?: GraphFiles | undefined
  /** Declares the encoder's parameters in `scope`. @param x `[N, ...inputShape]` */
  encode(scope: Scope, x: Tensor, options?: AutoencoderOptions): Code
  /** Declares the decoder's parameters in `scope`. @param z `[N, ...latentShape]` @returns `[N, ...outputShape]` */
  decode(scope: Scope, z: Tensor, options?: AutoencoderOptions): Tensor
  /** The parameter's name for a name in a weights file of an older convention. */
  rename?(name: string): string
}

/** How to build. */
export interface AutoencoderOptions {
  /** How to drop activations while training; left out otherwise. */
  readonly dropout?: Dropout | undefined
}

/** Where every parameter of an autoencoder lies. */
export function autoencoderParameters(autoencoder: Autoencoder): Layout {
  const scope = new Scope()
  autoencoder.encode(scope, input('x', [1, ...autoencoder.inputShape]))
  autoencoder.decode(scope, input('z', [1, ...autoencoder.latentShape]))
  return layoutOf(scope.specs, autoencoder.rename)
}

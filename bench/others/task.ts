/** What all libraries compute in turns: the same data, and for training the same first parameters. */
import { gradients, input, mean, silu, square, sub } from '../../src/engine/graph/index.ts'
import type { Tensor } from '../../src/engine/graph/index.ts'
import { initialize } from '../../src/engine/nn/initialize.ts'
import { convolution } from '../../src/engine/nn/layers.ts'
import { layoutOf } from '../../src/engine/nn/layout.ts'
import type { Layout } from '../../src/engine/nn/layout.ts'
import { mlp } from '../../src/engine/nn/mlp.ts'
import { Scope } from '../../src/engine/nn/parameters.ts'
import { key, normal, uniform } from '../../src/engine/random/index.ts'

/** A 3×3 convolution with one row and column of zeros around the image; of `x` and `w` there may also be the gradient. */
export interface ConvolutionTask {
  readonly kind: 'convolution'
  readonly title: string
  readonly gradient?: 'x' | 'w'
  /** Batch, channels in and out, height and width. */
  readonly sizes: readonly [n: number, c: number, o: number, size: number]
  /** `[N, C, S, S]`, `[O, C, 3, 3]`, and the gradient in the output `[N, O, S, S]`. */
  readonly x: Float32Array
  readonly w: Float32Array
  readonly dy: Float32Array
}

/** Names of the models that are trained. */
export type ModelName = 'mlp' | 'convnet'

/** Steps of Adam on the mean square of `model(x, t) − target`, always on the same batch. */
export interface TrainingTask {
  readonly kind: 'training'
  readonly title: string
  readonly model: ModelName
  /** The batch and one item: `[N, 2]` or `[N, 1, S, S]`. */
  readonly shape: readonly number[]
  readonly x: Float32Array
  readonly target: Float32Array
  /** `[N]`, steps 0 … 999; the convolutional model is told none. */
  readonly t: Float32Array
  /** Names, shapes and places of the parameters, and the first ones. */
  readonly layout: Layout
  readonly params: Float32Array
  /** The graph of the loss, whose gradients are wanted, and these. */
  readonly loss: Tensor
  readonly slopes: ReadonlyMap<string, Tensor>
}

export type Task = ConvolutionTask | TrainingTask

/** Of Adam, in every library. */
export const adam = { rate: 1e-3, betas: [0.9, 0.999], epsilon: 1e-8 } as const

/** Of the model for points: residual blocks, and the variance that layer norms add. */
export const mlpLayers = 3
export const normEpsilon = 1e-5

/** Of the convolutional model: convolutions with SiLU between them. */
export const convnetChannels = [16, 16, 16, 1] as const

/** All tasks by name. */
export const tasks: Readonly<Record<string, () => Task>> = {
  conv: () => convolutionTask('3×3 convolution'),
  convX: () => convolutionTask('the convolution and its gradient in the input', 'x'),
  convW: () => convolutionTask('the convolution and its gradient in the weights', 'w'),
  mlp: () => trainingTask('mlp', 'training step, MLP 3 × 256, batch 512', [512, 2]),
  convnet: () => trainingTask('convnet', 'training step, four convolutions, 1×28×28, batch 16', [16, 1, 28, 28]),
}

/** Multiplications and additions of a convolution task. */
export function workOf({ sizes: [n, c, o, size], gradient }: ConvolutionTask): number {
  return (gradient === undefined ? 1 : 2) * 2 * 9 * n * c * o * size * size
}

function convolutionTask(title: string, gradient?: 'x' | 'w'): ConvolutionTask {
  const sizes = [16, 32, 32, 32] as const
  const [n, c, o, size] = sizes
  const noise = (seed: number, count: number): Float32Array => normal(key(seed), new Float32Array(count))
  const arrays = { x: noise(1, n * c * size * size), w: noise(2, o * c * 9), dy: noise(3, n * o * size * size) }
  const full = gradient === undefined ? `${title}, ${sizes.join(', ')}` : title
  return { kind: 'convolution', title: full, ...(gradient && { gradient }), sizes, ...arrays }
}

function trainingTask(model: ModelName, title: string, shape: readonly number[]): TrainingTask {
  const scope = new Scope()
  const x = input('x', shape)
  const y = model === 'mlp' ? pointsModel(scope, x) : convnet(scope, x)
  const loss = mean(square(sub(y, input('target', shape))))
  const layout = layoutOf(scope.specs)
  const parameters = layout.specs.map((spec) => scope.parameter(spec.name, spec.shape, spec.init))
  const slopes = new Map(gradients(loss, parameters).map((slope, i) => [layout.specs[i]!.name, slope]))
  const count = shape.reduce((product, length) => product * length, 1)
  const data = {
    x: normal(key(1), new Float32Array(count)),
    target: normal(key(2), new Float32Array(count)),
    t: uniform(key(3), new Float32Array(shape[0]!)).map((u) => 999 * u),
  }
  return { kind: 'training', title, model, shape, ...data, layout, params: initialize(layout, key(0)), loss, slopes }
}

function pointsModel(scope: Scope, x: Tensor): Tensor {
  const network = mlp({ input_shape: [2], width: 256, layers: mlpLayers })
  return network.build(scope, { x, t: input('t', [x.shape[0]!]) })
}

function convnet(scope: Scope, x: Tensor): Tensor {
  return convnetChannels.reduce((h, channels, i) => {
    const y = convolution(scope.child(i), h, channels, { padding: 1 })
    return i < convnetChannels.length - 1 ? silu(y) : y
  }, x)
}

/**
 * TensorFlow.js: its WebAssembly backend, which has one thread in Node, and plain JavaScript where that lacks a kernel.
 * Images are channels last, as that backend wants them.
 */
import { optional, versionOf } from './library.ts'
import type { Library, Trial } from './library.ts'
import { adam, convnetChannels, mlpLayers, normEpsilon } from './task.ts'
import type { ConvolutionTask, Task, TrainingTask } from './task.ts'

/** Packages that it takes. */
export const tensorflowPackages = ['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']

/** What we use of a tensor. */
interface Tensor {
  readonly rank: number
  add(other: Tensor | number): Tensor
  sub(other: Tensor): Tensor
  mul(other: Tensor): Tensor
  matMul(other: Tensor): Tensor
  mean(axis?: number, keepDims?: boolean): Tensor
  transpose(axes: readonly number[]): Tensor
  reshape(shape: readonly number[]): Tensor
  square(): Tensor
  rsqrt(): Tensor
  sigmoid(): Tensor
  sin(): Tensor
  cos(): Tensor
  data(): Promise<Float32Array>
  dispose(): void
}

/** What we use of the library. */
interface TensorFlow {
  readonly train: {
    adam(rate: number, beta1: number, beta2: number, epsilon: number): Optimizer
  }
  enableProdMode(): void
  setBackend(name: string): Promise<boolean>
  tensor(data: Float32Array, shape: readonly number[]): Tensor
  variable(initial: Tensor): Tensor
  concat(tensors: readonly Tensor[], axis: number): Tensor
  conv2d(x: Tensor, w: Tensor, stride: number, padding: 'same'): Tensor
  tidy<Result>(run: () => Result): Result
  valueAndGrad(f: (x: Tensor) => Tensor): (x: Tensor, dy: Tensor) => { value: Tensor; grad: Tensor }
}

interface Optimizer {
  minimize(loss: () => Tensor, returnCost: true, variables: readonly Tensor[]): Tensor
}

type Parameters = (name: string) => Tensor

const toLast = [0, 2, 3, 1]
const toFirst = [0, 3, 1, 2]
/** Kernels are `[height, width, in, out]`. */
const kernelToLast = [2, 3, 1, 0]
const kernelToFirst = [3, 2, 0, 1]

/** TensorFlow.js, or undefined where it is not installed. */
export async function tensorflow(): Promise<Library | undefined> {
  const tf = await optional<TensorFlow>(tensorflowPackages[0]!)
  if (tf === undefined || (await optional(tensorflowPackages[1]!)) === undefined) return undefined
  tf.enableProdMode()
  const way = (name: string) => ({
    name,
    async prepare(task: Task): Promise<Trial> {
      if (!(await tf.setBackend(name))) throw new Error(`no backend ${name}`)
      return task.kind === 'convolution' ? convolve(tf, task) : train(tf, task)
    },
  })
  const version = versionOf(tensorflowPackages[0]!)
  return { name: 'TensorFlow.js', version, ways: [way('wasm'), way('cpu')], choose: 'first' }
}

function convolve(tf: TensorFlow, task: ConvolutionTask): Trial {
  const [n, c, o, size] = task.sizes
  const image = (data: Float32Array, channels: number): Tensor =>
    tf.tidy(() => tf.tensor(data, [n, channels, size, size]).transpose(toLast))
  const [x, dy] = [image(task.x, c), image(task.dy, o)]
  const w = tf.tidy(() => tf.tensor(task.w, [o, c, 3, 3]).transpose(kernelToLast))
  const forward = (image: Tensor, kernel: Tensor): Tensor => tf.conv2d(image, kernel, 1, 'same')
  const compute = (): readonly Tensor[] => {
    if (task.gradient === undefined) return [forward(x, w)]
    const of = tf.valueAndGrad((each) => (task.gradient === 'x' ? forward(each, w) : forward(x, each)))
    const { value, grad } = of(task.gradient === 'x' ? x : w, dy)
    return [value, grad]
  }
  let last: readonly Tensor[] = []
  return {
    async run() {
      for (const each of last) each.dispose()
      last = tf.tidy(compute)
    },
    result: () => tf.tidy(() => last.at(-1)!.transpose(task.gradient === 'w' ? kernelToFirst : toFirst)).data(),
  }
}

function train(tf: TensorFlow, task: TrainingTask): Trial {
  const { layout, shape } = task
  const variables = new Map(
    layout.specs.map(({ name, shape }) => {
      const given = tf.tensor(layout.view(task.params, name), shape)
      return [name, tf.variable(given.rank === 1 ? given : given.transpose(given.rank === 2 ? [1, 0] : kernelToLast))]
    }),
  )
  const parameters: Parameters = (name) => variables.get(name)!
  const batch = shape[0]!
  // With one channel, channels last is another shape of the same array.
  const images = task.model === 'mlp' ? shape : [batch, ...shape.slice(2), 1]
  const [x, target, t] = [tf.tensor(task.x, images), tf.tensor(task.target, images), tf.tensor(task.t, [batch, 1])]
  const model = (): Tensor => (task.model === 'mlp' ? mlp(tf, parameters, x, t) : convnet(tf, parameters, x))
  const optimizer = tf.train.adam(adam.rate, ...adam.betas, adam.epsilon)
  let loss: Tensor | undefined
  return {
    async run() {
      loss?.dispose()
      loss = optimizer.minimize(() => model().sub(target).square().mean(), true, [...variables.values()])
    },
    result: () => loss!.data(),
  }
}

/** `src/engine/nn/mlp.ts` in this library. */
function mlp(tf: TensorFlow, p: Parameters, x: Tensor, t: Tensor): Tensor {
  const linear = (name: string, x: Tensor): Tensor => x.matMul(p(`${name}.weight`)).add(p(`${name}.bias`))
  const norm = (name: string, x: Tensor): Tensor => {
    const centred = x.sub(x.mean(-1, true))
    const scale = centred.square().mean(-1, true).add(normEpsilon).rsqrt()
    return centred
      .mul(scale)
      .mul(p(`${name}.weight`))
      .add(p(`${name}.bias`))
  }
  const frequencies = Float32Array.from({ length: 128 }, (_, i) => Math.exp((-Math.log(1e4) * i) / 128))
  const angle = t.mul(tf.tensor(frequencies, [1, 128]))
  const time = linear('time_embedding.linear_1', tf.concat([angle.cos(), angle.sin()], 1))
  const condition = silu(linear('time_embedding.linear_2', silu(time)))
  let h = linear('linear_in', x)
  for (let layer = 0; layer < mlpLayers; layer++) {
    const at = `blocks.${layer}`
    const told = linear(`${at}.time_emb_proj`, condition)
    h = h.add(linear(`${at}.linear_2`, silu(linear(`${at}.linear_1`, norm(`${at}.norm`, h)).add(told))))
  }
  return linear('linear_out', silu(norm('norm_out', h)))
}

function convnet(tf: TensorFlow, p: Parameters, x: Tensor): Tensor {
  return convnetChannels.reduce((h: Tensor, _, i) => {
    const y = tf.conv2d(h, p(`${i}.weight`), 1, 'same').add(p(`${i}.bias`))
    return i < convnetChannels.length - 1 ? silu(y) : y
  }, x)
}

const silu = (x: Tensor): Tensor => x.mul(x.sigmoid())

/**
 * jax-js: its WebAssembly backend, which has one thread in Node, with and without `jit`. A function owns its arguments there:
 * what is used again is passed as `.ref`.
 */
import { optional, versionOf } from './library.ts'
import type { Library, Trial } from './library.ts'
import { adam, convnetChannels, mlpLayers, normEpsilon } from './task.ts'
import type { ConvolutionTask, Task, TrainingTask } from './task.ts'

/** The package that it takes. */
export const jaxPackage = '@jax-js/jax'

/** What we use of an array. */
interface Tensor {
  readonly ref: Tensor
  readonly shape: number[]
  add(other: Tensor | number): Tensor
  sub(other: Tensor): Tensor
  mul(other: Tensor | number): Tensor
  div(other: Tensor): Tensor
  mean(): Tensor
  transpose(): Tensor
  reshape(shape: readonly number[]): Tensor
  data(): Promise<Float32Array>
  dispose(): void
}

type Named = Readonly<Record<string, Tensor>>
type Tree = Tensor | Named | readonly Tree[]

/** What we use of the library. */
interface Jax {
  readonly numpy: {
    array(data: Float32Array): Tensor
    cos(x: Tensor): Tensor
    sin(x: Tensor): Tensor
    sqrt(x: Tensor): Tensor
    square(x: Tensor): Tensor
    matmul(x: Tensor, y: Tensor): Tensor
    concatenate(xs: readonly Tensor[], axis: number): Tensor
  }
  readonly nn: {
    silu(x: Tensor): Tensor
    standardize(x: Tensor, axis: number, options: { readonly epsilon: number }): Tensor
  }
  readonly lax: {
    convGeneralDilated(x: Tensor, w: Tensor, strides: readonly number[], padding: 'SAME'): Tensor
  }
  init(device: 'wasm'): Promise<readonly string[]>
  defaultDevice(device: 'wasm'): string
  jit<F>(f: F): F
  vjp(f: (x: Tensor) => Tensor, at: readonly [Tensor]): [Tensor, Pullback]
  valueAndGrad(f: (params: Named) => Tensor): (params: Named) => [Tensor, Named]
  blockUntilReady<T extends Tree>(tree: T): Promise<T>
}

type Pullback = ((dy: Tensor) => readonly [Tensor]) & { dispose(): void }

/** `jit` or nothing. */
type Mode = <F>(f: F) => F

/** Parameters, and Adam's means of their gradients and of the squares. */
type State = readonly [params: Named, m: Named, v: Named]

/** jax-js, or undefined where it is not installed. */
export async function jaxJs(): Promise<Library | undefined> {
  const jax = await optional<Jax>(jaxPackage)
  if (jax === undefined) return undefined
  await jax.init('wasm')
  jax.defaultDevice('wasm')
  const way = (name: string, mode: Mode) => ({
    name,
    prepare: async (task: Task): Promise<Trial> =>
      task.kind === 'convolution' ? convolve(jax, task, mode) : train(jax, task, mode),
  })
  const ways = [way('wasm without jit', (f) => f), way('wasm, jit', (f) => jax.jit(f))]
  return { name: 'jax-js', version: versionOf(jaxPackage), ways, choose: 'quickest' }
}

function convolve(jax: Jax, task: ConvolutionTask, mode: Mode): Trial {
  const [n, c, o, size] = task.sizes
  const x = tensor(jax, task.x, [n, c, size, size])
  const w = tensor(jax, task.w, [o, c, 3, 3])
  const dy = tensor(jax, task.dy, [n, o, size, size])
  const forward = (image: Tensor, kernel: Tensor): Tensor => jax.lax.convGeneralDilated(image, kernel, [1, 1], 'SAME')
  const pulled = (f: (at: Tensor) => Tensor, at: Tensor, dy: Tensor): readonly Tensor[] => {
    const [y, back] = jax.vjp(f, [at])
    const [slope] = back(dy)
    back.dispose()
    return [y, slope]
  }
  const compute = mode((x: Tensor, w: Tensor, dy: Tensor): readonly Tensor[] => {
    if (task.gradient === 'x') return pulled((at) => forward(at, w), x, dy)
    if (task.gradient === 'w') return pulled((at) => forward(x, at), w, dy)
    dy.dispose()
    return [forward(x, w)]
  })
  let last: readonly Tensor[] = []
  return {
    async run() {
      for (const each of last) each.dispose()
      last = await jax.blockUntilReady(compute(x.ref, w.ref, dy.ref))
    },
    result: () => last.at(-1)!.ref.data(),
  }
}

function train(jax: Jax, task: TrainingTask, mode: Mode): Trial {
  const { layout, shape } = task
  const named = (flat: Float32Array): Named =>
    Object.fromEntries(
      layout.specs.map(({ name, shape }) => {
        const given = tensor(jax, layout.view(flat, name), shape)
        return [name, shape.length === 2 ? given.transpose() : given]
      }),
    )
  const [x, target, t] = [
    tensor(jax, task.x, shape),
    tensor(jax, task.target, shape),
    tensor(jax, task.t, [shape[0]!, 1]),
  ]
  const advance = mode(([params, m, v]: State, x: Tensor, target: Tensor, t: Tensor, size: Tensor, epsilon: Tensor) => {
    const of = (p: Named): Tensor => {
      const y = task.model === 'mlp' ? mlp(jax, p, x.ref, t.ref) : convnet(jax, p, x.ref)
      return jax.numpy.square(y.sub(target.ref)).mean()
    }
    const [loss, slopes] = jax.valueAndGrad(of)(refs(params))
    const state = updated(jax, [params, m, v], slopes, size, epsilon)
    for (const each of [x, target, t, size, epsilon]) each.dispose()
    return [loss, state] as const
  })

  const none = new Float32Array(layout.size)
  let state: State = [named(task.params), named(none), named(none)]
  let loss: Tensor | undefined
  let step = 0
  return {
    async run() {
      step++
      loss?.dispose()
      // As in `src/engine/optim/adamw.ts`: the corrections of both means go to the step's size and to epsilon.
      const root = Math.sqrt(1 - adam.betas[1] ** step)
      const scalar = (value: number): Tensor => tensor(jax, Float32Array.of(value), [])
      const size = scalar((adam.rate * root) / (1 - adam.betas[0] ** step))
      ;[loss, state] = advance(state, x.ref, target.ref, t.ref, size, scalar(adam.epsilon * root))
      await jax.blockUntilReady([loss, state])
    },
    result: () => loss!.ref.data(),
  }
}

/** The state after a step of Adam. */
function updated({ numpy: np }: Jax, [params, m, v]: State, slopes: Named, size: Tensor, epsilon: Tensor): State {
  const [beta1, beta2] = adam.betas
  const next: [Record<string, Tensor>, Record<string, Tensor>, Record<string, Tensor>] = [{}, {}, {}]
  for (const [name, slope] of Object.entries(slopes)) {
    const mean = m[name]!.mul(beta1).add(slope.ref.mul(1 - beta1))
    const power = v[name]!.mul(beta2).add(np.square(slope).mul(1 - beta2))
    next[0][name] = params[name]!.sub(mean.ref.mul(size.ref).div(np.sqrt(power.ref).add(epsilon.ref)))
    next[1][name] = mean
    next[2][name] = power
  }
  return next
}

/** `src/engine/nn/mlp.ts` in this library. */
function mlp({ numpy: np, nn }: Jax, p: Named, x: Tensor, t: Tensor): Tensor {
  const linear = (name: string, x: Tensor): Tensor => np.matmul(x, p[`${name}.weight`]!).add(p[`${name}.bias`]!)
  const norm = (name: string, x: Tensor): Tensor =>
    nn.standardize(x, -1, { epsilon: normEpsilon }).mul(p[`${name}.weight`]!).add(p[`${name}.bias`]!)
  const frequencies = np.array(Float32Array.from({ length: 128 }, (_, i) => Math.exp((-Math.log(1e4) * i) / 128)))
  const angle = t.mul(frequencies.reshape([1, 128]))
  const time = linear('time_embedding.linear_1', np.concatenate([np.cos(angle.ref), np.sin(angle)], 1))
  const condition = nn.silu(linear('time_embedding.linear_2', nn.silu(time)))
  let h = linear('linear_in', x)
  for (let layer = 0; layer < mlpLayers; layer++) {
    const at = `blocks.${layer}`
    const told = linear(`${at}.time_emb_proj`, condition.ref)
    const hidden = nn.silu(linear(`${at}.linear_1`, norm(`${at}.norm`, h.ref)).add(told))
    h = h.add(linear(`${at}.linear_2`, hidden))
  }
  condition.dispose()
  return linear('linear_out', nn.silu(norm('norm_out', h)))
}

function convnet({ lax, nn }: Jax, p: Named, x: Tensor): Tensor {
  return convnetChannels.reduce((h, channels, i) => {
    const bias = p[`${i}.bias`]!.reshape([channels, 1, 1])
    const y = lax.convGeneralDilated(h, p[`${i}.weight`]!, [1, 1], 'SAME').add(bias)
    return i < convnetChannels.length - 1 ? nn.silu(y) : y
  }, x)
}

function tensor({ numpy: np }: Jax, data: Float32Array, shape: readonly number[]): Tensor {
  return np.array(data.slice()).reshape(shape)
}

function refs(tree: Named): Named {
  return Object.fromEntries(Object.entries(tree).map(([name, each]) => [name, each.ref]))
}

/** Our own side: graphs of the task, run by ONNX Runtime. */
import { conv, convInput, convWeight, input } from '../../src/engine/graph/index.ts'
import type { Tensor, Window } from '../../src/engine/graph/index.ts'
import { adamw } from '../../src/engine/optim/index.ts'
import { findOrtLibrary } from '../../src/engine/runtime/node/ort-library.ts'
import { compile } from '../../src/engine/runtime/program.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import type { Library, Trial } from './library.ts'
import { adam } from './task.ts'
import type { ConvolutionTask, TrainingTask } from './task.ts'

const window: Window = {
  stride: [1, 1],
  padding: [
    [1, 1],
    [1, 1],
  ],
  dilation: [1, 1],
  groups: 1,
}

/** tweedie with so many threads; the version is the runtime's. */
export function tweedie(engine: Engine, threads: number): Library {
  const name = `${threads} thread${threads === 1 ? '' : 's'}`
  const prepare: Library['ways'][number]['prepare'] = (task) =>
    task.kind === 'convolution' ? convolve(task, engine, threads) : train(task, engine, threads)
  return { name: `tweedie, ${name}`, version: findOrtLibrary().version, ways: [{ name, prepare }], choose: 'first' }
}

async function convolve(task: ConvolutionTask, engine: Engine, threads: number): Promise<Trial> {
  const [n, c, o, size] = task.sizes
  const [x, w, dy] = [input('x', [n, c, size, size]), input('w', [o, c, 3, 3]), input('dy', [n, o, size, size])]
  const outputs: Record<string, Tensor> = { y: conv(x, w, { padding: 1 }) }
  if (task.gradient === 'x') outputs['slope'] = convInput(dy, w, window, [size, size])
  if (task.gradient === 'w') outputs['slope'] = convWeight(x, dy, window, [3, 3])
  const program = await compile(outputs, engine, { threads })
  const into = { y: task.dy.slice(), ...(task.gradient && { slope: task[task.gradient].slice() }) }
  const bound = program.bind({ x: task.x, w: task.w, ...(task.gradient && { dy: task.dy }) }, into)
  return { run: () => Promise.resolve(bound.run()), result: async () => into.slope ?? into.y }
}

async function train(task: TrainingTask, engine: Engine, threads: number): Promise<Trial> {
  const { layout, model, x, t, target } = task
  const named = (prefix: string, flat: Float32Array): Record<string, Float32Array> =>
    Object.fromEntries(layout.specs.map(({ name }) => [prefix + name, layout.view(flat, name)]))
  const [params, slopes, loss] = [task.params.slice(), new Float32Array(layout.size), new Float32Array(1)]
  const optimizer = adamw({ betas: adam.betas, epsilon: adam.epsilon })
  const state = optimizer.init(layout.size)
  const gradients = Object.fromEntries([...task.slopes].map(([name, slope]) => [`gradient:${name}`, slope]))
  const program = await compile({ loss: task.loss, ...gradients }, engine, { threads })
  const feeds = { x, target, ...(model === 'mlp' && { t }), ...named('', params) }
  const bound = program.bind(feeds, { loss, ...named('gradient:', slopes) })
  return {
    async run() {
      await bound.run()
      optimizer.update(params, slopes, state, adam.rate)
    },
    result: async () => loss.slice(),
  }
}

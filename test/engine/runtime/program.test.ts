/** Programs: which thread they choose to run on, and what they do for a CPU only. */
import { expect, test } from 'vitest'
import { conv, exp, input, matmul, upsample } from '../../../src/engine/graph/index.ts'
import type { Tensor } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { compile } from '../../../src/engine/runtime/program.ts'
import type { CompileOptions } from '../../../src/engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../../../src/engine/runtime/session.ts'
import { expectClose, uniform } from '../graph/support.ts'

const chosen = async (y: Tensor, options: CompileOptions = {}): Promise<SessionOptions['thread']> => {
  const real = await nodeEngine()
  let thread: SessionOptions['thread']
  const spy: Engine = {
    name: 'spy',
    createSession(model, given) {
      thread = given?.thread
      return real.createSession(model, given)
    },
  }
  using program = await compile({ y }, spy, options)
  expect(program.outputs.get('y')).toBe(y)
  return thread
}

const product = (size: number): Tensor => matmul(input('a', [size, size]), input('b', [size, size]))

test('small graphs run on the thread that calls, large ones do not hold it up', async () => {
  expect(await chosen(product(32))).toBe('caller')
  expect(await chosen(product(512))).toBe('pool')
  expect(await chosen(exp(input('x', [1 << 20])))).toBe('pool')
})

test('a thread that is asked for is taken', async () => {
  expect(await chosen(product(32), { thread: 'pool' })).toBe('pool')
})

test('convolutions of enlarged images are transposed ones, but for whoever wants to change the graph', async () => {
  const [x, w] = [input('x', [1, 48, 3, 2]), input('w', [48, 48, 3, 3])]
  const y = conv(upsample(x, [2, 2]), w, { padding: 1 })
  const feeds = { x: uniform(1, 48 * 6), w: uniform(2, 48 * 48 * 9) }
  const arrays = { x: Float32Array.from(feeds.x), w: Float32Array.from(feeds.w) }
  const [expected] = evaluate([y], feeds)
  const engine = await nodeEngine()
  const asked = async (options: CompileOptions): Promise<string> => {
    let seen = ''
    const spy: Engine = {
      name: 'spy',
      createSession(model, given) {
        seen += new TextDecoder('latin1').decode(model)
        return engine.createSession(model, given)
      },
    }
    using program = await compile({ y }, spy, { threads: 1, ...options })
    expectClose((await program.run(arrays)).y!, [...expected!.data], 1e-4)
    return seen
  }
  expect(await asked({})).toContain('ConvTranspose')
  const plain = await asked({ rewrite: (model) => model })
  expect(plain).toContain('Resize')
  expect(plain).not.toContain('ConvTranspose')
})

/** Programs: which thread they choose to run on. */
import { expect, test } from 'vitest'
import { exp, input, matmul } from '../../src/graph/index.ts'
import type { Tensor } from '../../src/graph/index.ts'
import { nodeEngine } from '../../src/runtime/node.ts'
import { compile } from '../../src/runtime/program.ts'
import type { CompileOptions } from '../../src/runtime/program.ts'
import type { Engine, SessionOptions } from '../../src/runtime/session.ts'

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
